namespace OrleansAgents.Journal.Search;

/// <summary>Letters without their accents, in lower case: what people type who look for them.</summary>
/// <remarks>The host may have no tables for normalisation (invariant globalisation), so these are our own, made from Unicode's canonical decompositions.</remarks>
internal static class PlainLetters
{
    private static readonly (char From, string Plain)[] Ranges =
    [
        // Latin
        ('\u00C0', "aaaaaaæceeeeiiiiðnooooo×øuuuuyþßaaaaaaæceeeeiiiiðnooooo÷øuuuuyþyaaaaaaccccccccddđđeeeeeeeeeegggggggghhħħiiiiiiiiiıĳĳjjkkĸllllllŀŀłłnnnnnnŉŋŋooooooœœrrrrrrssssssssttttŧŧuuuuuuuuuuuuwwyyyzzzzzzſƀɓƃƃƅƅɔƈƈɖɗƌƌƍǝəɛƒƒɠɣƕɩɨƙƙƚƛɯɲƞɵooƣƣƥƥʀƨƨʃƪƫƭƭʈuuʊʋƴƴƶƶʒƹƹƺƻƽƽƾƿǀǁǂǃǆǆǆǉǉǉǌǌǌaaiioouuuuuuuuuuǝaaaaææǥǥggkkooooʒʒjǳǳǳggƕƿnnaaææøøaaaaeeeeiiiioooorrrruuuussttȝȝhhƞȡȣȣȥȥaaeeooooooooyyȴȵȶȷȸȹⱥȼȼƚⱦȿɀɂɂƀʉʌɇɇɉɉɋɋɍɍɏɏ"),
        // Greek
        ('\u0386', "α·εηι\u038Bο\u038Dυωιαβγδεζηθικλμνξοπρ\u03A2στυφχψωιυαεηιυαβγδεζηθικλμνξοπρςστυφχψωιυουω"),
        // Cyrillic
        ('\u0400', "ееђгєѕііјљњћкиуџабвгдежзииклмнопрстуфхцчшщъыьэюяабвгдежзииклмнопрстуфхцчшщъыьэюяееђгєѕііјљњћкиуџ"),
        // Latin with two accents
        ('\u1E00', "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyẚſẜẝßẟaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỻỽỽỿỿ"),
        // Greek with breathings
        ('\u1F00', "ααααααααααααααααεεεεεε\u1F16\u1F17εεεεεε\u1F1E\u1F1Fηηηηηηηηηηηηηηηηιιιιιιιιιιιιιιιιοοοοοο\u1F46\u1F47οοοοοο\u1F4E\u1F4Fυυυυυυυυ\u1F58υ\u1F5Aυ\u1F5Cυ\u1F5Eυωωωωωωωωωωωωωωωωααεεηηιιοουυωω\u1F7E\u1F7Fααααααααααααααααηηηηηηηηηηηηηηηηωωωωωωωωωωωωωωωωααααα\u1FB5ααααααα᾽ι᾿῀῁ηηη\u1FC5ηηεεηηη῍῎῏ιιιι\u1FD4\u1FD5ιιιιιι\u1FDC῝῞῟υυυυρρυυυυυυρ῭΅`\u1FF0\u1FF1ωωω\u1FF5ωωοοωωω"),
        // wide ASCII
        ('\uFF10', "0123456789：；＜＝＞？＠abcdefghijklmnopqrstuvwxyz［＼］＾＿｀abcdefghijklmnopqrstuvwxyz"),
        // half-wide kana
        ('\uFF66', "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"),
    ];

    /// <summary>The letter itself where it has no accent that we know.</summary>
    public static char Of(char letter)
    {
        foreach (var (from, plain) in Ranges)
        {
            if (letter >= from && letter < from + plain.Length)
            {
                return plain[letter - from];
            }
        }

        return char.ToLowerInvariant(letter);
    }
}
