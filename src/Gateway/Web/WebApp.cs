using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace OrleansAgents.Gateway.Web;

/// <summary>The web app, as it was built into <c>wwwroot</c> and compiled into this assembly.</summary>
internal static class WebApp
{
    private const string Root = "wwwroot/";
    private const string Font = "font/woff2";

    /// <summary>The script of the sandboxed frame that draws diagrams. To a browser that frame has no origin: it asks as <c>null</c>, and for something of another site.</summary>
    public static bool IsOfSandbox(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path.Value!.StartsWith("/assets/diagram-", StringComparison.Ordinal);

    private static readonly FrozenDictionary<string, Page> Pages = Load().ToFrozenDictionary(page => page.Path);

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var page in Pages.Values)
        {
            var path = page.Path == "/index.html" ? "/" : page.Path;
            routes.MapMethods(path, ["GET", "HEAD"], context => SendAsync(context, page)).ExcludeFromDescription();
        }
    }

    private static async Task SendAsync(HttpContext context, Page page)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = page.Tag;

        // Also with 304: a browser keeps the page and takes the new headers, the policy that follows from the type among them.
        response.ContentType = page.Type;
        response.Headers.Vary = "Accept-Encoding";

        // The name of an asset follows from its content; the page itself is asked for anew.
        response.Headers.CacheControl = page.Path.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        if (request.Headers.IfNoneMatch.Contains(page.Tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var (encoding, body) = page.For(request);
        response.Headers.ContentEncoding = encoding;
        response.ContentLength = body.Length;
        if (HttpMethods.IsGet(request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private static IEnumerable<Page> Load()
    {
        var assembly = typeof(WebApp).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Root, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return new("/" + name[Root.Length..].Replace('\\', '/'), bytes);
        }
    }

    private sealed record Page(string Path, byte[] Bytes)
    {
        public string Tag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(Bytes)[..16])}\"";

        /// <summary>Packed once, when it is asked for first; a font is packed already.</summary>
        private readonly Lazy<byte[]> _brotli = new(() => Pack(Bytes, packed => new BrotliStream(packed, new BrotliCompressionOptions { Quality = 9 })));
        private readonly Lazy<byte[]> _gzip = new(() => Pack(Bytes, packed => new GZipStream(packed, CompressionLevel.SmallestSize)));

        public string Type { get; } = System.IO.Path.GetExtension(Path) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".woff2" => Font,
            _ => "application/octet-stream",
        };

        public (string? Encoding, byte[] Body) For(HttpRequest request) =>
            Type == Font ? (null, Bytes)
            : Takes(request, "br") ? ("br", _brotli.Value)
            : Takes(request, "gzip") ? ("gzip", _gzip.Value)
            : (null, Bytes);

        private static bool Takes(HttpRequest request, string encoding) =>
            StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted)
            && accepted.Any(a => a.Quality is not 0 && a.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase));

        private static byte[] Pack(byte[] bytes, Func<Stream, Stream> into)
        {
            using var packed = new MemoryStream();
            using (var packing = into(packed))
            {
                packing.Write(bytes);
            }

            return packed.ToArray();
        }
    }
}
