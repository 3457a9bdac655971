/** US dollars. The price of one small call is a fraction of a cent. */
export const costText = (dollars: number) => `$${dollars.toFixed(dollars >= 1 ? 2 : 4)}`;
