using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OrleansAgents.Gateway.Web;

/// <summary>The web app, as it was built into <c>wwwroot</c> and compiled into this assembly.</summary>
internal static class WebApp
{
    private const string Root = "wwwroot/";

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

        var packed = request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.OrdinalIgnoreCase);
        if (packed)
        {
            response.Headers.ContentEncoding = "br";
        }

        var body = packed ? page.Brotli.Value : page.Bytes;
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

        public Lazy<byte[]> Brotli { get; } = new(() => Pack(Bytes));

        public string Type { get; } = System.IO.Path.GetExtension(Path) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };

        private static byte[] Pack(byte[] bytes)
        {
            using var packed = new MemoryStream();
            using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal))
            {
                brotli.Write(bytes);
            }

            return packed.ToArray();
        }
    }
}
