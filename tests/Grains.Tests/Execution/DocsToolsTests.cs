using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Samples.Docs;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class DocsToolsTests
{
    [Fact]
    public void By_default_the_documents_are_the_readme_and_the_docs_folder()
    {
        using var folder = new Folder().File("README.md", "# A").File("docs/b.md", "b").File("docs/deep/c.txt", "c").File("other.md", "no")
            .File("docs/code.cs", "no").File("docs/bin/d.md", "no").File("docs/node_modules/e.md", "no").File("docs/big.md", new string('x', 1024 * 1024 + 1));

        Assert.Equal(["README.md", "docs/b.md", "docs/deep/c.txt"], DocsTools.ListDocuments(Tools(folder)).Select(d => d.Path));
    }

    [Fact]
    public void Several_paths_may_be_named_and_one_that_is_missing_stops_the_start()
    {
        using var folder = new Folder().File("a/x.md", "x").File("b.md", "b");

        Assert.Equal(["a/x.md", "b.md"], DocsTools.ListDocuments(Tools(folder, "a;b.md")).Select(d => d.Path));
        var e = Assert.Throws<InvalidSettingException>(() => Tools(folder, "a;gone"));
        Assert.Equal("Workspace:Path names 'gone', which does not exist.", e.Message);
    }

    [Fact]
    public void The_best_passage_comes_first_with_its_file_and_line()
    {
        using var folder = new Folder()
            .File("README.md", "# Guide\n\nWords about nothing in particular.\nMore words.\n\n## Fencing\n\nA zombie's writes are refused by the epoch.\n")
            .File("docs/z.md", "Writes are fast. Writes are cheap. Writes everywhere.");

        var passages = DocsTools.SearchDocuments(Tools(folder), "What refuses the writes of a zombie?").Passages;

        Assert.Equal(new Passage("README.md", 6, "## Fencing\n\nA zombie's writes are refused by the epoch."), passages[0]);
        Assert.Equal(2, passages.Count);
        _ = Assert.Single(DocsTools.SearchDocuments(Tools(folder), "writes", limit: 1).Passages);
        Assert.NotNull(DocsTools.SearchDocuments(Tools(folder), "xylophone").Note);
    }

    [Fact]
    public void Words_that_every_text_has_find_nothing()
    {
        using var folder = new Folder().File("README.md", "This is the guide, and what it is about.");

        var found = DocsTools.SearchDocuments(Tools(folder), "What is the xylophone about, and why?");

        Assert.Empty(found.Passages);
        Assert.NotNull(found.Note);
    }

    [Fact]
    public void A_rare_word_counts_more_than_a_common_one()
    {
        var passages = Enumerable.Range(0, 20).Select(i => (new Passage($"{i}.md", 1, "journal journal journal"), "")).Append((new("x.md", 1, "journal quarantine"), ""));

        Assert.Equal("x.md", new Bm25Index(passages).Search("journal quarantine", 1)[0].Path);
    }

    [Fact]
    public void A_changed_file_is_found_by_its_new_words()
    {
        using var folder = new Folder().File("docs/a.md", "old words");
        var tools = Tools(folder);
        Assert.Empty(DocsTools.SearchDocuments(tools, "platypus").Passages);

        _ = folder.File("docs/a.md", "now with a platypus").File("docs/new.md", "an echidna");

        _ = Assert.Single(DocsTools.SearchDocuments(tools, "platypus").Passages);
        _ = Assert.Single(DocsTools.SearchDocuments(tools, "echidna").Passages);
        Assert.Empty(DocsTools.SearchDocuments(tools, "old").Passages);
    }

    [Fact]
    public void A_document_is_read_by_lines()
    {
        using var folder = new Folder().File("docs/a.md", "1\r\n2\r\n3\r\n4\r\n");

        Assert.Equal(new DocumentText("docs/a.md", 2, 4, "2\n3"), DocsTools.ReadDocument(Tools(folder), "docs/a.md", 2, 2));
        Assert.Equal(new DocumentText("docs/a.md", 4, 4, "4"), DocsTools.ReadDocument(Tools(folder), "docs/a.md", 99));
    }

    [Theory]
    [InlineData("../secret.md")]
    [InlineData("docs/../../secret.md")]
    [InlineData("docs\\..\\..\\secret.md")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\secret.md")]
    [InlineData("~/secret.md")]
    [InlineData("docs/out.md")]
    [InlineData("docs/away/secret.md")]
    [InlineData("docs/chain.md")]
    [InlineData("docs/gone.md")]
    [InlineData("other.md")]
    [InlineData("")]
    public void Nothing_outside_the_workspace_is_read(string path)
    {
        using var outside = new Folder().File("secret.md", "secret");
        using var folder = new Folder().File("docs/a.md", "a").File("other.md", "secret").File("secret.md", "secret");
        _ = folder.Link("docs/out.md", Path.Combine(outside.Path, "secret.md")).Link("docs/away", outside.Path).Link("docs/chain.md", "out.md");
        var tools = Tools(folder);

        _ = Assert.Throws<ToolException>(() => DocsTools.ReadDocument(tools, path));
        Assert.Empty(DocsTools.SearchDocuments(tools, "secret").Passages);
    }

    [Fact]
    public void A_link_to_a_file_inside_is_a_document()
    {
        using var folder = new Folder().File("docs/a.md", "inside").Link("docs/same.md", "a.md");

        Assert.Equal("inside", DocsTools.ReadDocument(Tools(folder), "docs/same.md").Text);
    }

    [Fact]
    public void A_file_that_becomes_a_link_out_is_no_longer_read()
    {
        using var outside = new Folder().File("secret.md", "secret");
        using var folder = new Folder().File("docs/a.md", "a");
        var tools = Tools(folder);
        Assert.Equal("a", DocsTools.ReadDocument(tools, "docs/a.md").Text);

        File.Delete(Path.Combine(folder.Path, "docs/a.md"));
        _ = folder.Link("docs/a.md", Path.Combine(outside.Path, "secret.md"));

        _ = Assert.Throws<ToolException>(() => DocsTools.ReadDocument(tools, "docs/a.md"));
    }

    private static DocumentLibrary Tools(Folder folder, string? path = null) => new(Workspace.Read(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Workspace:Path"] = path }).Build(), folder.Path));
}
