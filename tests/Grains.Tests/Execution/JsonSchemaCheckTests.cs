using System.Text.Json;
using OrleansAgents.Agents.Json;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class JsonSchemaCheckTests
{
    [Theory]
    [InlineData("""{"type":"object"}""", "{}", null)]
    [InlineData("""{"type":"object"}""", "[]", "the value must be an object, not an array.")]
    [InlineData("""{"type":["integer","null"]}""", "null", null)]
    [InlineData("""{"type":["integer","null"]}""", "1.5", "the value must be an integer or null, not a number.")]
    [InlineData("""{"type":"integer"}""", "2.0", null)]
    [InlineData("""{"type":"number"}""", "2", null)]
    [InlineData("""{"enum":["a","b"]}""", "\"c\"", "the value must be one of \"a\", \"b\".")]
    [InlineData("""{"const":1}""", "2", "the value must be 1.")]
    [InlineData("""{"properties":{"a":{"properties":{"b":{"type":"string"}},"required":["b"]}}}""", """{"a":{}}""", "'a.b' is missing.")]
    [InlineData("""{"properties":{"a":{"items":{"type":"string"}}}}""", """{"a":["x",1]}""", "'a[1]' must be a string, not a number.")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"b":1}""", "'b' is not allowed.")]
    [InlineData("""{"additionalProperties":{"type":"boolean"}}""", """{"b":1}""", "'b' must be a boolean, not a number.")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "null", null)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "3", "the value must be null, not a number.")]
    [InlineData("""{"allOf":[{"required":["a"]}]}""", "{}", "'a' is missing.")]
    [InlineData("""{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}}}},"$ref":"#/$defs/n"}""", """{"next":{"next":1}}""", "'next.next' must be an object, not a number.")]
    [InlineData("""{"$ref":"#"}""", "1", "the value is nested too deeply.")]
    [InlineData("true", "1", null)]
    public void The_first_misfit_is_named(string schema, string value, string? misfit) =>
        Assert.Equal(misfit, JsonSchemaCheck.Misfit(JsonElement.Parse(schema), JsonElement.Parse(value)));
}
