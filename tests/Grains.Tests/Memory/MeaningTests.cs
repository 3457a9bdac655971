using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Grains.Memory;

namespace OrleansAgents.Grains.Tests.Memory;

/// <summary>What an embedding model may give, and what is made of it.</summary>
public sealed class MeaningTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Model _model = new();
    private readonly Meaning _meaning;

    public MeaningTests() => _meaning = new(_model, _time, NullLogger<Meaning>.Instance);

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Vectors_have_length_1_in_the_order_of_the_texts()
    {
        _model.Gives = [[3, 4], [0, -2], [0, 0]];

        Assert.Equal([[0.6f, 0.8f], [0, -1], [0, 0]], await _meaning.OfAsync(["a", "b", "c"]));
        Assert.Null(await new Meaning(null, _time, NullLogger<Meaning>.Instance).OfAsync(["a"]));
    }

    [Fact]
    public async Task Of_a_long_text_the_beginning_is_sent()
    {
        await _meaning.OfAsync([new string('x', 20_000)]);

        Assert.Equal(8_000, _model.Asked[0].Length);
    }

    [Theory]
    [InlineData(new float[] { 1, 0, 0 })]
    [InlineData(new float[] { })]
    [InlineData(new[] { 1, float.NaN })]
    [InlineData(new[] { 1, float.PositiveInfinity })]
    [InlineData(null)]
    public async Task What_is_no_vector_like_the_others_is_none_and_the_model_is_left_alone_for_a_minute(float[]? second)
    {
        Assert.NotNull(await _meaning.OfAsync(["a"]));
        _model.Gives = second is null ? [[1, 0]] : [[1, 0], second];
        Assert.Null(await _meaning.OfAsync(["a", "b"]));
        _model.Gives = [[1, 0]];
        Assert.Null(await _meaning.OfAsync(["a"]));
        Assert.Equal(2, _model.Calls);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(await _meaning.OfAsync(["a"]));
    }

    private sealed class Model : IEmbeddingGenerator<string, Embedding<float>>
    {
        public float[][] Gives { get; set; } = [[1, 0]];

        public List<string> Asked { get; } = [];

        public int Calls { get; private set; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Calls++;
            Asked.AddRange(values);
            return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(Gives.Select(v => new Embedding<float>(v))));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
