import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptrec.intent.chinese.constraints import read_constraints
from promptrec.intent.chinese.dislikes import refusals
from promptrec.intent.refusal import refused_clauses

PLANTED = {
    "in front: verb": ("今晚不想吃火锅,换点别的", ["火锅"]),
    "in front: list": ("不要香菜、葱和蒜", ["香菜", "葱", "蒜"]),
    "in front: part of a thing": ("不要爱情线的悬疑小说", ["爱情线"]),
    "in front: degree": ("操作别太复杂,字要大", ["复杂"]),
    "in front: less than": ("有没有像上次那家没那么辣的", ["辣"]),
    "in front: fear": ("室友特别怕鬼", ["鬼"]),
    "in front: cannot": ("我妈吃不了辣", ["辣"]),
    "in front: tired of": ("看腻了超级英雄", ["超级英雄"]),
    "in front: instead of": ("住民宿而不是酒店", ["酒店"]),
    "in front: except": ("除了爱情片什么都能看", ["爱情片"]),
    "in front: ran out of": ("家里没烤箱,想做个甜点", ["烤箱"]),
    "behind: verdict": ("吃播就算了,想学做菜", ["吃播"]),
    "behind: property": ("太软的她睡不了", ["软"]),
    "behind: outside of": ("牛油火锅以外的重庆味道", ["牛油火锅"]),
    "behind: effect": ("标题党看着就来气", ["标题党"]),
    "behind: complaint": ("蚊子多的季节避开", ["蚊子多"]),
    "behind: list of clauses": ("香菜!葱!姜!统统别放", ["香菜", "葱", "姜"]),
    "behind: any negative predicate": ("流量明星演的不看", ["流量明星演"]),
    "behind: potential complement": ("太长的他坐不住,换短的", ["长"]),
    "behind: dismissal": ("烧脑的周末再说", ["烧脑"]),
    "behind: aversion": ("野史戏说她嗤之以鼻", ["野史戏说"]),
    "behind: bad quality": ("贴皮的做工太差", ["贴皮"]),
    "behind: leaving": ("恋爱脑的我直接退出", ["恋爱脑"]),
    "a thing of a kind": ("游戏本那种砖头就算了", ["游戏本"]),
    "weak: mishap": ("睡裙最好不勾丝", ["勾丝"]),
    "weak: a whole clause": ("澳门玩玩,不赌,吃吃逛逛", ["赌"]),
    "weak: after praise": ("想买个好看不贵的台灯", ["贵"]),
    "negations in a list": ("不氪金、不肝、不社交", ["氪金", "肝", "社交"]),
    "titles in a row": ("有无赛博朋克,除《银翼杀手》《攻壳机动队》外", ["银翼杀手", "攻壳机动队"]),
    "twins": ("酒精香精都不能有", ["酒精", "香精"]),
    "in front: more wanted": ("比起跑步机,我更想要划船机", ["跑步机"]),
    "in front: rhetorical question": ("谁受得了那种土味情话,来首高级的", ["土味情话"]),
    "behind: cannot learn": ("智能的她学不会", ["智能"]),
    "in front: threat": ("再给我推直播带货我就卸载", ["直播带货"]),
    "in front: effect of a place": ("一走进大商场我就胸闷", ["大商场"]),
    "in front: substitution": ("想找代替牛奶的饮品", ["牛奶"]),
    "in front: no need of": ("有没有不用排队的游乐园", ["排队"]),
    "in front: no time for": ("没时间追长篇连载,求短篇集", ["长篇连载"]),
    "in front: contraction": ("拒狗血,求甜宠", ["狗血"]),
    "in front: best without": ("最好没有台阶的路线", ["台阶"]),
    "in front: contents": ("不讲大道理的育儿书", ["大道理"]),
    "in front: verb of putting": ("杯子上别印字母", ["字母"]),
    "weak: less of one, more of another": ("少讲理论,多举例子", ["理论"]),
    "weak: other than a kind": ("求推荐手表,非智能的", ["智能"]),
    "behind: substitution": ("套餐里可乐换成热茶", ["可乐"]),
    "behind: not even a look": ("盗墓题材看都不看", ["盗墓题材"]),
    "behind: need not be given": ("周杰伦的我都有了不用推", ["周杰伦"]),
    "behind: verdict by a noun": ("成功学纯属智商税", ["成功学"]),
    "behind: side effect": ("汽水胀气,来点温的", ["汽水"]),
    "behind: distance": ("剧透的离我远点", ["剧透"]),
    "behind: no concern": ("明星离婚关我什么事", ["明星离婚"]),
    "behind: not in tune": ("网红店跟我八字不合", ["网红店"]),
    "behind: too much for somebody": ("韩剧对我来说太拖", ["韩剧"]),
    "behind: two complaints": ("健身房太吵,操场太晒,哪里能跑步", ["健身房"]),
    "behind: a clause before": ("凡是带滤镜的,一律不看", ["滤镜"]),
    "behind: a question before": ("婚礼策划?谢邀", ["婚礼策划"]),
    "behind: reason between": ("入耳式戴久了耳朵疼,所以不考虑", ["入耳式"]),
    "twins of three": ("泡水车事故车都不要", ["泡水车", "事故车"]),
    "Cantonese": ("唔好太多廣告", ["廣告"]),
    "wish in front": ("最好不要有恐怖镜头", ["恐怖镜头"]),
    "properties in a row": ("不爬山不赶路", ["爬山", "赶路"]),
    "traditional": ("不要有髒話,內臟類不敢吃", ["髒話", "內臟類"]),
    "full width": ("虐文勿推！", ["虐文"]),
    "title": ("别推荐《小时代》", ["小时代"]),
    "name in letters": ("Sigur Rós听伤了", ["Sigur Rós"]),
    "whole request": ("不要恐怖片", ["恐怖片"]),
}

HARMLESS = [
    "不是所有老街都一个样",
    "周末不加班,想看展",
    "行李箱别比上次那个重",
    "我又没说不要辣",
    "一直没找到合脚的跑鞋",
    "演唱会门票总是抢不到",
    "听说敦煌不去会后悔",
    "煎饼不放薄脆就没那味",
    "这家店不踩雷吧",
    "不约而同都选了海边",
    "不吃早饭的人适合什么",
    "没有比山里的秋天更静的地方",
    "除了散文我什么书都不想翻",
    "送给孩子,怕误吞",
    "朋友的点评没那么差",
    "麻烦换成新的",
    "这几集一集都不能漏",
    "今天不太舒服,想喝粥",
    "不仅好看,而且好笑",
    "闷一点我也不介意",
    "去西安非吃一顿泡馍不可",
    "我不是不喜欢科幻",
    "每天少不了一杯咖啡",
    "不粘锅,不锈钢的",
    "没看过这部,想看看",
    "《别让我走》太好看了",
    "这家真不错,不输老字号",
    "谁不爱金庸呢",
    "除了五月天,苏打绿我也爱",
    "LPL以外的赛区我也想看",
    "没有什么比热汤更好",
    "别错过的好片",
    "要不要一起去看海",
    "《挪威的森林》没劝退我",
    "失恋第七天,谁也别拦我",
    "朋友劝我别去普吉,可我就是心心念念",
    "没有香菜的火锅不完整",
    "不臭我不吃",
    "不是绝版也OK",
    "我家猫不吃的鱼我都吃",
    "周董新歌也没那么差",
    "迪士尼可去可不去",
    "老公戒烟第三周了",
    "洞穴探险比生离死别好看",
    "没有辣椒我吃不下饭",
]

PLAIN = ["今天下雨。", "我住在山脚下。", "朋友常来做客。", "谢谢大家!"]
WORDS = [
    "不要",
    "别",
    "除了",
    "以外",
    "太",
    "的",
    "香菜",
    "、",
    ",",
    "《",
    "》",
    "了",
    "我",
    "看",
    "腻了",
    "500",
    "元",
    "以内",
    "三",
    "岁",
    "过敏",
    "对",
    " ",
    "a",
    "\u200f",
    "😀",
    '{"a": 1}',
]


def read(text):
    taken = [(constraint.start, constraint.end) for constraint in read_constraints(text)]
    return refused_clauses(text, refusals(text, taken))


@pytest.mark.parametrize(("text", "expected"), PLANTED.values(), ids=PLANTED)
def test_dislikes_of_each_kind_of_cue_are_read(text, expected):
    found = [clause.text for clause in read(text)]
    assert found == expected


@pytest.mark.parametrize("text", HARMLESS)
def test_negative_words_that_refuse_nothing_give_no_dislike(text):
    assert read(text) == []


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=60).map("".join)))
def test_any_text_is_read_and_offsets_cut_the_very_words(text):
    for clause in [*read_constraints(text), *read(text)]:
        assert text[clause.start : clause.end] == clause.text != ""
    assert read(text) == read(text)


@given(st.sampled_from([text for text, _ in PLANTED.values()]), st.sampled_from(PLAIN))
def test_a_sentence_without_a_cue_changes_no_dislike(text, plain):
    alone = [clause.text for clause in read(text)]
    assert [clause.text for clause in read(plain + text)] == alone
    assert [clause.text for clause in read(text + "。" + plain)] == alone


def test_a_constraint_is_no_dislike():
    assert read("每集别超过40分钟") == []


def test_two_hundred_clauses_are_read():
    assert len(read("不吃辣,要清淡。" * 200)) == 200
