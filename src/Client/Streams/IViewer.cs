namespace OrleansAgents.Client.Streams;

/// <summary>Whoever watches a run, over whatever protocol.</summary>
/// <remarks>Both calls take as long as the viewer does: that is what slows the stream down for a slow one, and for it alone.</remarks>
internal interface IViewer
{
    /// <param name="journalId">The run or thread that the frames tell of.</param>
    Task ShowAsync(string journalId, IReadOnlyList<Frame> frames);

    Task KeepAliveAsync();
}
