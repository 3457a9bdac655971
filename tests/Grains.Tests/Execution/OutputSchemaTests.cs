using System.Text.Json;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class OutputSchemaTests
{
    private const string City = """{"type":"object","properties":{"city":{"type":"string","maxLength":4},"size":{"type":"integer","minimum":1}},"required":["city"],"additionalProperties":false}""";

    [Theory]
    [InlineData(City, null)]
    [InlineData("""{"type":"object","$schema":"x","title":"t","properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"anyOf":[{"type":["string","null"]},true]}}}""", null)]
    [InlineData("[]", "The schema must say \"type\": \"object\" at its root; providers take nothing else.")]
    [InlineData("""{"type":"string"}""", "The schema must say \"type\": \"object\" at its root; providers take nothing else.")]
    [InlineData("""{"type":"object","properties":{"a":{"pattern":"(a+)+$"}}}""", "The schema's 'pattern' is not checked by this service, and so not taken.")]
    [InlineData("""{"type":"object","properties":{"a":3}}""", "A part of the schema is neither an object nor true nor false.")]
    [InlineData("""{"type":"object","properties":[]}""", "The schema's 'properties' must be an object of schemas.")]
    [InlineData("""{"type":"object","anyOf":[]}""", "The schema's 'anyOf' must be a list of schemas.")]
    [InlineData("""{"type":"object","required":"a"}""", "The schema's 'required' must be a list of names.")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"text"}}}""", "The schema's 'type' must be a type or a list of types.")]
    [InlineData("""{"type":"object","properties":{"a":{"minimum":"1"}}}""", "The schema's 'minimum' must be a number.")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"https://example.test/a"}}}""", "The schema's '$ref' must be the place of a schema in this one, such as #/$defs/name.")]
    [InlineData("""{"type":"object","items":{"enum":[]}}""", "The schema's 'enum' must be a list of values.")]
    public void A_schema_that_is_not_checked_wholly_is_not_taken(string schema, string? flaw) =>
        Assert.Equal(flaw, OutputSchema.Flaw(JsonElement.Parse(schema)));

    [Fact]
    public void A_schema_is_neither_too_large_nor_too_deep()
    {
        var large = $$"""{"type":"object","title":"{{new string('x', OutputSchema.MaxBytes)}}"}""";
        Assert.Equal("The schema is larger than 32 KB.", OutputSchema.Flaw(JsonElement.Parse(large)));
        var deep = string.Concat(Enumerable.Repeat("""{"items":""", 40)) + "true" + new string('}', 40);
        Assert.Equal("The schema is nested deeper than 32.", OutputSchema.Flaw(JsonElement.Parse($$"""{"type":"object","items":{{deep}}}""")));
    }

    [Theory]
    [InlineData("""{"city":"Bonn","size":330000}""", null)]
    [InlineData(""" {"city":"Bonn"} """, null)]
    [InlineData("""{"city":"Köln"}""", null)]
    [InlineData("""{"city":"Berlin"}""", "The answer does not fit its schema: 'city' must have at most 4 characters.")]
    [InlineData("""{"city":"Bonn","size":0}""", "The answer does not fit its schema: 'size' must be at least 1.")]
    [InlineData("""{"size":1}""", "The answer does not fit its schema: 'city' is missing.")]
    [InlineData("""{"city":"Bonn","land":"NRW"}""", "The answer does not fit its schema: 'land' is not allowed.")]
    [InlineData("It is Bonn.", "The answer is not a JSON document, alone and without anything around it.")]
    [InlineData("```json\n{\"city\":\"Bonn\"}\n```", "The answer is not a JSON document, alone and without anything around it.")]
    [InlineData("""{"city":"Bonn","city":"Rom"}""", "The answer is not a JSON document, alone and without anything around it.")]
    [InlineData("""{"city":"\ud800"}""", "The answer holds a string that is not Unicode text.")]
    public void An_answer_is_JSON_that_fits(string answer, string? misfit) =>
        Assert.Equal(misfit, OutputSchema.Misfit(JsonElement.Parse(City), answer, cut: false));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    [InlineData(""" {"a":1} """, """ {"a":1} """)]
    [InlineData("```json\n{\"a\":1}\n```", """{"a":1}""")]
    [InlineData("```\r\n{\"a\":1}\r\n```\n", """{"a":1}""")]
    [InlineData("<think>\nHm: {\"a\":2}\n</think>\n\n{\"a\":1}", """{"a":1}""")]
    [InlineData("Hm.</think>```json\n{\"a\":1}\n```", """{"a":1}""")]
    [InlineData("{\"a\":\"</think>```\"}", "{\"a\":\"</think>```\"}")]
    [InlineData("Here it is:\n```json\n{\"a\":1}\n```", "Here it is:\n```json\n{\"a\":1}\n```")]
    [InlineData("```json\n{\"a\":\"x</think>y\"}\n```", "{\"a\":\"x</think>y\"}")]
    [InlineData("```", "```")]
    [InlineData("``````", "``````")]
    public void A_fence_and_a_thinking_block_are_taken_off(string answer, string bare) => Assert.Equal(bare, BareJson.Of(answer));

    [Fact]
    public void An_answer_that_was_cut_does_not_fit() =>
        Assert.Equal("The answer met its length limit before it was whole.", OutputSchema.Misfit(JsonElement.Parse(City), "{}", cut: true));

    [Fact]
    public void Alternatives_of_alternatives_end()
    {
        var schema = JsonElement.Parse("""{"type":"object","properties":{"a":{"$ref":"#/$defs/n"}},"$defs":{"n":{"anyOf":[{"$ref":"#/$defs/n"},{"$ref":"#/$defs/n"}]}}}""");
        Assert.Null(OutputSchema.Flaw(schema));
        Assert.Contains("takes too long to check", OutputSchema.Misfit(schema, """{"a":1}""", cut: false));
    }
}
