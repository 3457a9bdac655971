namespace OrleansAgents.Samples.Docs;

/// <summary>Where a path really leads, every symbolic link on the way followed.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <exception cref="IOException">A loop of links, or a link that cannot be read.</exception>
    public static string Of(string path)
    {
        var pending = new Stack<string>();
        Push(pending, Path.GetFullPath(path), out var real);
        for (var links = 0; pending.TryPop(out var step);)
        {
            if (step == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, step);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException("Too many symbolic links.");
            }

            if (Path.IsPathRooted(target))
            {
                Push(pending, target, out real);
            }
            else
            {
                Push(pending, target, out _);
            }
        }

        return real;
    }

    /// <summary>Whether a real path is this real directory, or in it.</summary>
    public static bool IsWithin(string path, string root) =>
        path == root || path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static void Push(Stack<string> pending, string path, out string root)
    {
        root = Path.GetPathRoot(path) ?? "";
        var steps = path[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        for (var i = steps.Length - 1; i >= 0; i--)
        {
            if (steps[i] != ".")
            {
                pending.Push(steps[i]);
            }
        }
    }
}
