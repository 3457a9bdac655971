/** When a run at work gets what is written. */
export type Delivery = "steer" | "interrupt" | "queue";

const choices: { delivery: Delivery; word: string; means: string }[] = [
  { delivery: "steer", word: "Steer", means: "The next model call sees it; what is being written goes on" },
  { delivery: "interrupt", word: "Interrupt", means: "Cuts the answer, keeps its text, and answers this" },
  { delivery: "queue", word: "After this answer", means: "Becomes the next turn" },
];

export function Deliver({ delivery, setDelivery }: { delivery: Delivery; setDelivery: (delivery: Delivery) => void }) {
  return (
    <fieldset className="segmented">
      <legend className="unseen">When to deliver it</legend>
      {choices.map((c) => (
        <label key={c.delivery} title={c.means}>
          <input type="radio" name="delivery" checked={delivery === c.delivery} onChange={() => setDelivery(c.delivery)} />
          <span>{c.word}</span>
        </label>
      ))}
    </fieldset>
  );
}
