"""How the subjects of the demo county are made up: shares, names, trades and grades per kind.

``share`` is the number of subjects of the kind among 20,000. A trade is the word that stands in
the name, with its class of GB/T 4754-2017.
"""

from dataclasses import dataclass

Trade = tuple[str, str]
Extra = tuple[str, float]
GradeShares = tuple[int, int, int, int]

# Unified codes begin with the registering authority and the type of body:
# 91 company, 92 individual business, 93 farmers' cooperative, 12 public institution,
# 52 private non-enterprise unit.
COMPANY, SOLE, COOPERATIVE, PUBLIC, PRIVATE_UNIT = "91", "92", "93", "12", "52"

ORDINARY: GradeShares = (30, 50, 16, 4)
TRUSTED: GradeShares = (45, 42, 10, 3)
WATCHED: GradeShares = (18, 50, 24, 8)
HOUSES: GradeShares = (12, 62, 20, 6)


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """The make-up of one kind of subject.

    ``registrations`` pairs a unified code's first two digits with the endings a name takes under
    it; ``extras`` are further categories with the probability that a subject also has them.
    """

    share: int
    categories: tuple[str, ...]
    trades: tuple[Trade, ...]
    registrations: tuple[tuple[str, tuple[str, ...]], ...] = ((COMPANY, ("有限公司",)),)
    extras: tuple[Extra, ...] = ()
    grades: GradeShares = ORDINARY
    rural: float = 0.5


LTD = (COMPANY, ("有限公司", "有限责任公司"))
SHOP = (SOLE, ("经营部", "店"))
COOP = (COOPERATIVE, ("农民专业合作社", "专业合作社"))

BUSINESSES: tuple[SubjectKind, ...] = (
    SubjectKind(
        4500,
        ("catering",),
        (
            ("烩面", "6210"),
            ("家常菜", "6210"),
            ("火锅", "6210"),
            ("羊肉汤", "6291"),
            ("早点", "6291"),
            ("面食", "6291"),
            ("快餐", "6220"),
            ("茶饮", "6239"),
        ),
        ((SOLE, ("店", "小吃店", "餐饮店")), (SOLE, ("店",)), (COMPANY, ("餐饮管理有限公司",))),
        (("employer", 0.04),),
        rural=0.45,
    ),
    SubjectKind(
        3100,
        ("employer",),
        (
            ("百货", "5211"),
            ("超市", "5212"),
            ("服饰", "5232"),
            ("家居", "5283"),
            ("美发", "8040"),
        ),
        (SHOP,),
        rural=0.4,
    ),
    SubjectKind(
        1380,
        ("employer",),
        (
            ("商贸", "5211"),
            ("广告", "7251"),
            ("木业", "2110"),
            ("塑业", "2926"),
            ("制衣", "1819"),
            ("建筑工程", "4710"),
        ),
        (LTD,),
        (("internship-host", 0.08),),
        rural=0.3,
    ),
    SubjectKind(
        300,
        ("gas-user",),
        (("宾馆", "6121"), ("旅馆", "6129"), ("浴池", "8051")),
        ((SOLE, ("",)),),
    ),
    SubjectKind(
        120,
        ("gas-user", "employer"),
        (("幼儿园", "8310"), ("小学", "8321")),
        ((PRIVATE_UNIT, ("",)),),
    ),
    SubjectKind(
        8, ("vocational-school",), (("职业技术", "8336"),), ((PRIVATE_UNIT, ("学校",)),), rural=0.1
    ),
    SubjectKind(
        45,
        ("hr-service", "employer"),
        (("人力资源", "7263"), ("劳务服务", "7263"), ("职业介绍", "7262")),
        (LTD,),
        rural=0.1,
    ),
    SubjectKind(
        18,
        ("gas-business",),
        (("燃气", "4511"), ("液化气", "4512")),
        (LTD,),
        (("cylinder-filling", 0.3),),
        WATCHED,
    ),
    SubjectKind(9, ("cylinder-filling",), (("气体充装", "4512"),), (LTD,), grades=WATCHED),
    SubjectKind(2, ("cylinder-inspection",), (("气瓶检测", "7452"),), (LTD,)),
    SubjectKind(
        18, ("road-transport", "hazmat-transport"), (("危货运输", "5435"),), (LTD,), (), WATCHED
    ),
    SubjectKind(
        220,
        ("road-transport",),
        (("物流", "5431"), ("货物运输", "5431")),
        (LTD,),
        (("employer", 0.2),),
        rural=0.4,
    ),
    SubjectKind(
        16,
        ("road-transport",),
        (("客运", "5421"), ("旅游客运", "5422")),
        (LTD,),
        (("employer", 0.5),),
    ),
    SubjectKind(
        85,
        ("freight-source",),
        (("砂石料", "1019"), ("混凝土", "3021"), ("建材", "5165")),
        (LTD,),
        grades=WATCHED,
        rural=0.9,
    ),
    SubjectKind(12, ("vehicle-modification",), (("车辆改装", "8111"), ("专用车", "3630")), (LTD,)),
    SubjectKind(6, ("oversize-transport", "road-transport"), (("大件运输", "5434"),), (LTD,)),
    SubjectKind(
        380,
        ("pesticide",),
        (("农资", "5167"), ("农药", "5167")),
        (SHOP, COOP),
        (("fertilizer", 0.55), ("crop-seed", 0.45)),
        rural=0.95,
    ),
    SubjectKind(2, ("pesticide-trial",), (("农药试验", "7320"),), (LTD,)),
    SubjectKind(
        260,
        ("fertilizer",),
        (("肥业", "5166"), ("有机肥", "2625"), ("复合肥", "2624")),
        (SHOP, LTD),
        rural=0.9,
    ),
    SubjectKind(
        190, ("crop-seed",), (("种业", "5112"), ("种子", "5112")), (SHOP, LTD, COOP), rural=0.9
    ),
    SubjectKind(
        90, ("veterinary-drug",), (("兽药", "5253"), ("动物药品", "5153")), (SHOP, LTD), rural=0.9
    ),
    SubjectKind(
        480,
        ("veterinary-drug-user",),
        (
            ("生猪养殖", "0313"),
            ("蛋鸡养殖", "0321"),
            ("肉羊养殖", "0314"),
            ("肉牛养殖", "0311"),
            ("肉鸭养殖", "0322"),
        ),
        ((SOLE, ("场",)), COOP),
        rural=1.0,
    ),
    SubjectKind(
        110,
        ("feed",),
        (("饲料", "5113"), ("饲料加工", "1329")),
        (SHOP, LTD),
        (("veterinary-drug", 0.2),),
        rural=0.9,
    ),
    SubjectKind(
        24,
        ("breeding-livestock",),
        (("种猪", "0313"), ("种禽", "0321")),
        ((SOLE, ("场",)), LTD),
        (("veterinary-drug-user", 0.8),),
        rural=1.0,
    ),
    SubjectKind(6, ("aquatic-wildlife",), (("水产养殖", "0412"),), (LTD, COOP), rural=0.8),
    SubjectKind(
        9,
        ("slaughterhouse",),
        (("生猪屠宰", "1351"), ("禽业屠宰", "1352")),
        (LTD,),
        (("employer", 0.4),),
        WATCHED,
        0.9,
    ),
    SubjectKind(55, ("new-car-dealer",), (("汽车销售", "5261"),), (LTD,), rural=0.2),
    SubjectKind(3, ("used-car-market",), (("二手车交易市场", "5262"),), (LTD,), rural=0.2),
    SubjectKind(
        85, ("used-car-dealer",), (("二手车", "5262"),), ((SOLE, ("经营部",)), LTD), rural=0.3
    ),
    SubjectKind(2, ("scrap-vehicle",), (("报废汽车回收", "4210"),), (LTD,), grades=WATCHED),
    SubjectKind(
        26,
        ("medical-beauty",),
        (("医疗美容诊所", "8425"), ("医疗美容门诊部", "8425")),
        ((SOLE, ("",)), (COMPANY, ("有限公司",))),
        grades=WATCHED,
        rural=0.05,
    ),
    SubjectKind(
        7,
        ("major-hazard",),
        (("化工", "2619"), ("石油仓储", "5162")),
        (LTD,),
        (("employer", 0.6),),
        WATCHED,
    ),
    SubjectKind(3, ("micro-lender",), (("小额贷款", "6635"),), (LTD,), rural=0.0),
    SubjectKind(4, ("financing-guarantee",), (("融资担保", "6999"),), (LTD,), rural=0.0),
    SubjectKind(5, ("pawnshop",), (("典当", "6633"),), (LTD,), rural=0.0),
    SubjectKind(4, ("local-finance",), (("融资租赁", "6999"),), (LTD,), rural=0.0),
    SubjectKind(
        110,
        ("forest-seed",),
        (("苗木", "0212"), ("花卉", "0143"), ("园林苗木", "0212")),
        ((SOLE, ("种植场", "经营部")), LTD, COOP),
        rural=0.9,
    ),
    SubjectKind(
        520,
        ("medical-institution",),
        (("卫生室", "8424"), ("诊所", "8425"), ("中医诊所", "8425"), ("口腔诊所", "8425")),
        ((SOLE, ("",)), (PRIVATE_UNIT, ("",))),
        (("medical-insurance", 0.8),),
        rural=0.85,
    ),
    SubjectKind(
        60,
        ("medical-institution", "medical-insurance"),
        (
            ("综合医院", "8411"),
            ("中医医院", "8412"),
            ("专科医院", "8415"),
            ("社区卫生服务站", "8421"),
        ),
        ((PRIVATE_UNIT, ("",)), (PUBLIC, ("",))),
        grades=TRUSTED,
        rural=0.5,
    ),
    SubjectKind(
        180,
        ("retail-pharmacy",),
        (("大药房", "5251"), ("药店", "5251"), ("中药房", "5252")),
        ((SOLE, ("",)), (COMPANY, ("有限公司", "连锁有限公司"))),
        (("medical-insurance", 0.8),),
        rural=0.6,
    ),
    SubjectKind(
        170,
        ("grain",),
        (("粮食购销", "5111"), ("粮油贸易", "5111"), ("面粉", "1312")),
        (LTD, (SOLE, ("经营部",))),
        rural=0.9,
    ),
    SubjectKind(
        60,
        ("nursing-home",),
        (
            ("养老服务中心", "8514"),
            ("颐养院", "8514"),
            ("老年公寓", "8514"),
            ("敬老院", "8514"),
        ),
        ((PRIVATE_UNIT, ("",)),),
        (("gas-user", 0.6), ("medical-institution", 0.2)),
        rural=0.75,
    ),
)

HOUSES_KIND = SubjectKind(
    3200,
    ("self-built-house",),
    (("自建房", ""), ("经营性自建房", ""), ("出租自建房", "")),
    grades=HOUSES,
    rural=0.85,
)

SITES_KIND = SubjectKind(
    160,
    ("construction-site",),
    (
        ("安置小区", "4710"),
        ("标准厂房", "4710"),
        ("农贸市场改造", "4790"),
        ("道路提升", "4790"),
        ("住宅小区", "4710"),
    ),
    extras=(("freight-source", 0.4),),
    grades=WATCHED,
    rural=0.4,
)

WORKERS_KIND = SubjectKind(
    1500,
    ("transport-worker",),
    (("货运驾驶员", ""), ("客运驾驶员", ""), ("危货驾驶员", ""), ("危货押运员", "")),
    grades=TRUSTED,
)

TRUCKS_KIND = SubjectKind(
    2150,
    ("transport-vehicle", "freight-vehicle"),
    (("重型半挂牵引车", ""), ("重型自卸货车", ""), ("重型仓栅式货车", ""), ("危险货物罐车", "")),
)

COACHES_KIND = SubjectKind(
    306, ("transport-vehicle",), (("大型客车", ""), ("中型客车", ""), ("旅游客车", ""))
)
