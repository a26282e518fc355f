"""Names that files, folders and tables bring: which letters their bytes stand for, and what is shown of them."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_NAME = 60
_JOINERS = "\u200c\u200d"  # Persian, Hindi and emoji are written with them

# Tried in this order where two say the same; cp437 comes first because the zip standard names it.
_CODE_PAGES = (
    "cp437", "cp850", "cp1252", "cp852", "cp1250", "cp866", "cp1251", "cp737", "cp1253", "cp862", "cp1255",
    "cp857", "cp1254", "cp720", "cp1256", "cp874",
)  # fmt: skip
_EAST_ASIAN = {"cp932": "shift_jis", "gbk": "gb2312", "big5": "big5", "cp949": "euc_kr"}  # wide page: its usual part
_LATIN = "äöüßéèêàçñáíóúãåøæœžščřěůňąćęłńśźżőűăğış"
# The first among these, and among the letters of other alphabets.
_FREQUENT = "äöüßéèñçоаеинтсрвлкмαοιετσνκςηυρיוהלאמרבاليمنرةتبوسدعقكกขคงจชดตทนบปพมยรลวสหอแเ"
_CYRILLIC_VOWELS = frozenset("аеёиоуыэюяіїє")
_LATIN_VOWELS = "äöüéèêàáíóúãåøæœëâõïîôûìòùýěůąęőűăı"
# The syllables and signs that names of things are mostly written with; the four pages overlap in nearly all the rest.
_KOREAN = "가각강개거게고공과구국그기길김꽃나남내너노누늑는다대도독돌동두드등딸라람랑래러레로루르리린마말매머모무물미바박반배백버보부북불비빵사산상새색생서선성소손송수시식신아악안앵양어얼여연오올와우운원위유은의이인일자작장전접정제조종주중지집차참책천청초치카컵코크키타탁토트파포표풀프피하학한해행향허호화회훈흑희돼펭귄끼슴엉뱀쥐닭곰팬더원숭낙햄스터개잎병연필"  # noqa: E501
_CHINESE = "的一是不了人我在有他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴诊肤猫狗犬鸟鱼虎狮熊兔鼠牛羊猪鸡鸭鹅蛇龟蝴蝶蜜蜂蚁草树叶苹蕉橙桃梨葡萄瓜菜茄椒杯瓶椅桌灯笔猴鹿狼狐豹龙類測試訓練馬鳥魚貓雞鴨龍車樹葉蘋門書筆燈個國這來時會學對說們為過後"  # noqa: E501


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


def composed(name: str) -> str:
    """One code for each letter, as Windows and Linux write them; a Mac writes an accent beside its letter."""
    return unicodedata.normalize("NFC", name)


def clean_name(text: str, longest: int = LONGEST_NAME) -> str:
    """A name as people read it: all its letters, nothing that cannot be seen or turns the line round; "" if none is."""
    text = "".join(" " if c.isspace() else c for c in composed(text) if c.isprintable() or c in _JOINERS or c.isspace())
    text = " ".join(text.split()).strip(_JOINERS + " ")
    return text if len(text) <= longest else f"{text[: longest * 2 // 3]}…{text[1 - longest // 3 :]}"


def decoded(names: Iterable[bytes]) -> dict[bytes, str]:
    """The text of names that say nothing of their code page: UTF-8 where they can be, the rest in the likeliest page.

    The page is chosen once for all of them: one name alone is often too short to tell.
    """
    texts: dict[bytes, str] = {}
    others, doubtful = [], []
    for name in names:
        try:
            texts[name] = composed(name.decode())
        except UnicodeDecodeError:
            others.append(name)
        else:
            high = sum(byte > 127 for byte in name)
            doubtful += [name] if high == 2 else []  # 猫 in China's code page is è in UTF-8
    if others:
        page = likeliest_page(others)
        texts |= {name: composed(name.decode(page, "replace")) for name in others + doubtful}
    return texts


def likeliest_page(names: Iterable[bytes]) -> str:
    """The code page in which these names, none of them UTF-8, look most like words."""
    words = sorted({word for name in names for word in re.split(rb"[/\s]+", name) if max(word, default=0) > 127})[:2000]
    best, highest = "cp437", float("-inf")
    for page in (*_CODE_PAGES, *_EAST_ASIAN):
        try:
            texts = [word.decode(page) for word in words]
        except UnicodeDecodeError:
            continue
        usual = _EAST_ASIAN.get(page)
        score = sum(_east_asian(text, usual) if usual else _likely(text) for text in texts)
        if score > highest:
            best, highest = page, score
    return best


def _likely(text: str) -> float:
    """How much a word looks like one of an alphabet: above 0 if it does, far below where signs or scripts mix."""
    score = 0.0
    scripts = set()
    foreign = ""
    for before, letter in zip(" " + text, text, strict=False):
        if ord(letter) < 128:
            if letter.isalpha():
                scripts.add("LATIN")
            continue
        mark = before.isalpha() and unicodedata.category(letter) == "Mn"  # a vowel in Thai
        if not (letter.isalpha() or mark) or letter in "ªº":
            score -= 3
            continue
        script = unicodedata.name(letter, "?").split()[0]
        scripts.add(script)
        if script == "LATIN":
            foreign += letter
            score += 2 if letter.lower() in _LATIN else 0.5
            score -= 2 * (before.lower() in _LATIN_VOWELS and letter.lower() in _LATIN_VOWELS)
        else:
            score += 1.5
        score += 0.5 * (letter.lower() in _FREQUENT)
        if letter.isupper() and before.isalpha():
            score -= 2
    if len(text) > 2 and 2 * len(foreign) > sum(map(str.isalpha, text)):
        score -= 3 * len(foreign)  # words in the Latin alphabet have few letters with accents
    if len(text) > 2 and scripts == {"CYRILLIC"} and not _CYRILLIC_VOWELS & {*text.lower()}:
        score -= 2 * len(text)
    return score / max(1, len(text)) - 4 * (len(scripts) > 1)


def _east_asian(text: str, usual: str) -> float:
    """The same for Japanese, Chinese and Korean."""
    score = 0.0
    for letter in text:
        if ord(letter) < 128:
            score -= 2 * letter.isalpha()  # a word is in one script
            continue
        name = unicodedata.name(letter, "?")
        if name.startswith("HALFWIDTH") or (not letter.isalpha() and letter != "ー"):
            score -= 3
        elif name.startswith(("HIRAGANA", "KATAKANA")):
            score += 3 if usual == "shift_jis" else -1  # the Chinese and Korean pages hold them, too
        elif letter in (_KOREAN if usual == "euc_kr" else _CHINESE):
            score += 2.5
        else:
            score += _in_usual_part(letter, usual)
    return score / max(1, len(text))


def _in_usual_part(letter: str, usual: str) -> float:
    """Each page puts the common signs first; what lies outside its older, smaller part hardly occurs in names."""
    try:
        lead = letter.encode(usual)[0]
    except UnicodeEncodeError:
        return -2
    first, last = {"shift_jis": (0x88, 0x97), "gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "euc_kr": (0xB0, 0xC8)}[
        usual
    ]
    return 1 if first <= lead <= last else 0
