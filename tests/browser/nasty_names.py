"""Names as people give them to photos, classes and sets, each of which some reader of markup would change."""

HARD = (
    "![x](http://a.example/b.png)", "[a](http://b.example).jpg", "<a href=x>y</a>", "<img src=x onerror=alert(1)>",
    "C# $x$", "$5 and $6.jpg", "1. my dog.jpg", ":dog: www.example.org.jpg", "me@a.example.org", ":material_home:",
    ":red[hot] :help[a]", "a -> b -- c", "*a* **b** _c_ `d`", "&amp; &lt;", "# x #", "~~s~~ ~t~", "a|b", "\\$\\[x\\]",
)  # fmt: skip
MIXED = (
    "1. ![x](http://a.example/b.png) $x$ *a* <b>c</b> :dog: www.a.example me@a.example a -> b &amp; `d`",
    "- :material_home: ~~s~~ -- :red[hot] [a](http://b.example) \\$ # a_*b*_ :help[q]",
)
NAMES = (
    *HARD, *MIXED,
    "http://a.example/b c", "https://a.example", "www.a.example", "HTTP://A.example", "wWw.a.example", "www.", "http://",
    "ftp://a.example", "mailto:me@a.example", "xmpp:me@a.example", "a.b@c.d.example", "<a@b.example>", "a/@b.example",
    "<http://a.example>", "http://www.a@b.example:dog:", "é@ö.example", "a@b", "@",
    "a -> b <- c <-> d -- e >= f <= g ~= h", "->", "--", "---", "---->", "===", "==m==", "x<->y", "a. -> b", "~=",
    "# x", "x #", "###", "#", "- a", "+ a", "* a", "-", "+", "=", "10) b", "1.", "1) x", "1.5 m", "12. a 3. b", "> q",
    "0", "1234567890. x",
    ":streamlit:", "::streamlit::", ":material/home:", ":material_a::streamlit:", "::x[y]", ":::x", ":::", "::", ":",
    "a:b", "t:red", "a:", ":a", "a: b", "x:y:z", "a:[b]", "a:{b}", 'a:color[b]{foreground="red"}', "a:color[]b",
    ":+1: :-1:", ":smile", ":-)", "(:dog:)", "<3", "{x}", "%{x} %s {0}",
    "&copy; &#65; &#x41; &copy", "a&b", "a & b", "AT&T", "<br>", "<!-- c -->", "<script>alert(1)</script>",
    "`code`", "``", "```", "```py", "~~~", "~", "**b**", "_x_", "_no", "no_", "my_dog_1.jpg", "a_*b", "犬_犬_", "𝒳_y_",
    "| a |", "[ ] x", "[x] y", "[^1]", "[^1]: x", "[a]: http://b.example", "![", "a!", "\\", "a\\b", "C:\\dogs\\1.jpg",
    "$$x$$", "x^2^", "H~2~O", "(c) (tm) ... 1/2", "'q' \"q\"", "C++", "dog (1).jpg", "Ünï çödé 犬 🐕", "a\u00a0b",
)  # fmt: skip
