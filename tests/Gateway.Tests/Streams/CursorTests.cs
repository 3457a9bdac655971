using OrleansAgents.Client.Streams;
using OrleansAgents.Gateway.Streams;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Streams;

public sealed class CursorTests
{
    [Theory, InlineData("0"), InlineData("1"), InlineData("2147483647"), InlineData("2147483647.2147483647.2147483647"), InlineData("12.1.340")]
    public void What_a_stream_gives_out_is_read_back(string text)
    {
        Assert.True(Cursor.TryParse(text, out var cursor));
        Assert.Equal(text, cursor.ToString());
    }

    [Theory]
    [InlineData(""), InlineData("-1"), InlineData("+1"), InlineData(" 1"), InlineData("x"), InlineData("1.1"), InlineData("1.1.1.1")]
    [InlineData("1.0.1"), InlineData("1.1.-1"), InlineData("1.1.0"), InlineData("1..1"), InlineData("0.1.1"), InlineData("1.1.99999999999")]
    [InlineData("2147483648"), InlineData("2147483648.1.1"), InlineData("9223372036854775807"), InlineData("99999999999999999999"), InlineData("1e3"), InlineData("0x1")]
    public void Nothing_else_is_a_cursor(string text) => Assert.False(Cursor.TryParse(text, out _));

    [Theory, InlineData("0:0"), InlineData("2147483647:12.1.340")]
    public void What_the_stream_of_a_thread_gives_out_is_read_back(string text)
    {
        Assert.True(ThreadCursor.TryParse(text, out var cursor));
        Assert.Equal(text, cursor.ToString());
    }

    [Theory, InlineData(""), InlineData(":"), InlineData("1:"), InlineData("1:1:1"), InlineData("2147483648:1"), InlineData("1:2147483648"), InlineData("-1:1")]
    public void Nothing_else_is_a_cursor_of_a_thread(string text) => Assert.False(ThreadCursor.TryParse(text, out _));
}
