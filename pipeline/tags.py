"""The closed tag vocabulary: one row a tag, with its English and Chinese name and other spellings that mean it.

Lives here: the table and the look-up. Does not: which tags fit a draft (the headline prompt). Imports nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Tag(NamedTuple):
    """A tag: its id (also its English slug), its name in both languages, and aliases in either."""

    id: str
    en: str
    zh: str
    aliases: tuple[str, ...] = ()


TAGS: tuple[Tag, ...] = (
    Tag("funding", "Funding", "融资", ("fundraising", "financing")),
    Tag("m-and-a", "M&A", "并购", ("mergers", "acquisition", "acquisitions", "收购")),
    Tag("ipo", "IPO", "上市", ("listing",)),
    Tag("earnings", "Earnings", "财报", ("results", "业绩")),
    Tag("valuation", "Valuation", "估值"),
    Tag("partnership", "Partnership", "合作", ("partnerships", "alliance")),
    Tag("layoffs", "Layoffs", "裁员", ("job cuts",)),
    Tag("pricing", "Pricing", "定价", ("price", "价格")),
    Tag("market-share", "Market share", "市场份额"),
    Tag("chips", "Chips", "芯片", ("semiconductors", "chip", "半导体")),
    Tag("data-center", "Data center", "数据中心", ("data centre", "data centers", "data-centers", "data centres")),
    Tag("compute", "Compute", "算力", ("computing power",)),
    Tag("energy", "Energy", "能源", ("power", "electricity", "电力")),
    Tag("cloud", "Cloud", "云计算", ("cloud computing",)),
    Tag("networking", "Networking", "网络"),
    Tag("deployment", "Deployment", "部署"),
    Tag("supply-chain", "Supply chain", "供应链"),
    Tag("model-release", "Model release", "模型发布"),
    Tag("open-source", "Open source", "开源", ("open weights", "open-weights")),
    Tag("reasoning", "Reasoning", "推理"),
    Tag("multimodal", "Multimodal", "多模态"),
    Tag("training", "Training", "训练"),
    Tag("fine-tuning", "Fine-tuning", "微调"),
    Tag("inference", "Inference", "推理服务"),
    Tag("benchmark", "Benchmark", "评测", ("benchmarks", "evaluation")),
    Tag("agents", "Agents", "智能体", ("ai agents", "agent")),
    Tag("rag", "RAG", "检索增强", ("retrieval",)),
    Tag("long-context", "Long context", "长上下文"),
    Tag("small-models", "Small models", "小模型"),
    Tag("coding", "Coding", "编程", ("programming", "software development")),
    Tag("search", "Search", "搜索"),
    Tag("assistants", "Assistants", "助手", ("assistant", "chatbots")),
    Tag("image", "Image generation", "图像生成", ("images",)),
    Tag("video", "Video generation", "视频生成", ("videos",)),
    Tag("voice", "Voice", "语音", ("speech",)),
    Tag("robotics", "Robotics", "机器人", ("robots",)),
    Tag("autonomous-driving", "Autonomous driving", "自动驾驶", ("self-driving",)),
    Tag("hardware", "Hardware", "硬件"),
    Tag("enterprise", "Enterprise", "企业应用"),
    Tag("healthcare", "Healthcare", "医疗", ("health",)),
    Tag("education", "Education", "教育"),
    Tag("finance", "Finance", "金融"),
    Tag("policy", "Policy", "政策"),
    Tag("regulation", "Regulation", "监管"),
    Tag("safety", "Safety", "安全"),
    Tag("alignment", "Alignment", "对齐"),
    Tag("copyright", "Copyright", "版权"),
    Tag("privacy", "Privacy", "隐私"),
    Tag("security", "Security", "网络安全", ("cybersecurity",)),
    Tag("export-controls", "Export controls", "出口管制"),
    Tag("jobs", "Jobs", "就业", ("employment", "labour", "labor")),
    Tag("research", "Research", "研究"),
    Tag("startups", "Startups", "创业公司", ("start-ups", "startup")),
    Tag("big-tech", "Big Tech", "科技巨头"),
    Tag("china", "China", "中国"),
    Tag("us", "US", "美国", ("united states", "usa")),
    Tag("eu", "EU", "欧盟", ("european union", "europe")),
)

BY_ID = {tag.id: tag for tag in TAGS}
_BY_SPELLING = {
    spelling.casefold(): tag for tag in reversed(TAGS) for spelling in (*tag.aliases, tag.zh, tag.en, tag.id)
}


def find_tag(spelling: str) -> Tag | None:
    """The tag that a spelling in either language means, or None when the vocabulary has none."""
    return _BY_SPELLING.get(" ".join(spelling.split()).casefold())
