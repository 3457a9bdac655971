using System.Text.Json;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Tools;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class WholeNumbersTests
{
    private const string Schema = """
        {"type":"object","properties":{
            "count":{"type":"integer"},"maybe":{"type":["integer","null"]},"rate":{"type":"number"},
            "many":{"type":"array","items":{"type":"integer"}},"in":{"type":"object","properties":{"depth":{"type":"integer"}}}}}
        """;

    [Theory]
    [InlineData("""{"count":3.0}""", """{"count":3}""")]
    [InlineData("""{"count":3e2,"maybe":-4.00}""", """{"count":300,"maybe":-4}""")]
    [InlineData("""{"many":[1,2.0],"in":{"depth":5.0},"other":6.0}""", """{"many":[1,2],"in":{"depth":5},"other":6.0}""")]
    [InlineData("""{"count":3,"rate":3.0}""", """{"count":3,"rate":3.0}""")]
    [InlineData("""{"count":3.5,"maybe":null}""", """{"count":3.5,"maybe":null}""")]
    [InlineData("""{"count":1e40}""", """{"count":1e40}""")]
    public void A_whole_number_is_written_as_one_where_the_schema_says_integer(string arguments, string expected) =>
        Assert.Equal(expected, WholeNumbers.In(JsonElement.Parse(arguments), JsonElement.Parse(Schema)).GetRawText());

    [Fact]
    public void A_value_of_another_type_is_told_without_names_of_the_program()
    {
        var e = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<int[]>("[1,\"x\"]"));
        Assert.Equal("A value does not have the type that the tool takes (at $[1]).", ToolText.Error(e));
    }
}
