"""What goes wrong in the demonstration's communities: the item, how it looks, what people say of it before and after."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of problem. `found` are residents' words, `note` an inspector's, `fixed` the handler's afterwards.

    `handler` is the kind of organisation that the dispatcher sends it to; `where` says of what place words speak.
    """

    item_code: str
    scene: str
    found: tuple[str, ...]
    note: str
    fixed: str
    handler: str = "property_company"
    weight: int = 2
    is_indoors: bool = False


MATTERS: tuple[Matter, ...] = (
    Matter("CORR-01", "corridor", ("楼道里堆满了纸箱和旧车，晚上走路老是碰到", "三楼走廊堆东西好几个月了，万一着火怎么跑"),
           "走廊两侧堆放纸箱、旧自行车和鞋架，通行宽度不足", "已联系住户清走堆物，楼道恢复畅通", weight=5, is_indoors=True),
    Matter("CORR-02", "posters", ("单元门上贴满了小广告，撕了又贴", "大门口全是开锁、疏通的小广告，难看"),
           "单元门及两侧墙面小广告密集", "小广告已铲除，门面重新清洗", weight=4, is_indoors=True),
    Matter("CORR-03", "dark_stairs", ("楼梯灯坏了一个多星期，老人下楼不安全", "二楼到三楼的灯不亮，晚上一片漆黑"),
           "声控灯不亮，楼梯间昏暗", "已更换灯具，逐层试亮正常", weight=3, is_indoors=True),
    Matter("LIFT-05", "lift_hall", ("电梯门上又脏又乱，按钮也不亮", "电梯厅没人打扫，门上贴了一堆东西"),
           "轿门污渍、乱张贴，呼梯按钮不亮", "轿门已清洗，按钮已修复", weight=2, is_indoors=True),
    Matter("EBIKE-01", "e_bike_in_hall", ("有人把电瓶车推进楼里充电，太危险了", "一楼门厅停了好几辆电动车，还拉线充电"),
           "门厅内停放电动自行车并充电", "车辆已移出，门厅张贴禁停告示", weight=4, is_indoors=True),
    Matter("EBIKE-02", "charging_wires", ("楼上放电线下来给电瓶车充电，下雨天看着就怕", "好几户从窗口飞线充电，请管一管"),
           "居民从窗口拉线充电，线缆悬空", "飞线已拆除，引导居民使用充电棚", weight=4),
    Matter("FIRE-01", "fire_lane", ("消防通道被车堵死了，消防车根本进不来", "黄线网格上天天停车，没人管"),
           "消防车通道停放机动车，占用网格线区域", "车辆已驶离，加派门岗巡查", weight=3),
    Matter("FIRE-03", "blocked_exit", ("安全出口前面放了沙发床垫，门都打不开", "逃生门被杂物堵住了"),
           "安全出口前堆放旧家具和纸箱", "杂物已清运，出口可正常开启", weight=3, is_indoors=True),
    Matter("FIRE-04", "extinguisher_box", ("消防箱玻璃碎了，里面的灭火器不见了", "消火栓箱里堆的都是垃圾"),
           "箱门玻璃破损，灭火器缺失，箱内有杂物", "已补齐灭火器和水带，更换箱门玻璃", weight=3, is_indoors=True),
    Matter("WASTE-03", "bins", ("垃圾房满出来了，味道很大", "垃圾袋堆在外面两天没人收，苍蝇很多"),
           "垃圾桶满溢，周边散落垃圾袋", "已清运冲洗，增加一次午间收运", weight=5),
    Matter("WASTE-02", "bins", ("干湿垃圾都混在一起扔", "没人看的时候大家乱扔，桶里全混了"),
           "抽查桶内有明显混投", "已二次分拣，投放时段安排志愿者值守", weight=2),
    Matter("GREEN-01", "car_on_lawn", ("车子停到草坪上，草都轧光了", "绿化带成了停车场"),
           "草坪停放机动车，轧出泥路", "车辆已移走，补种草皮并加装护栏", weight=3),
    Matter("GREEN-02", "greenery", ("花坛都是黄土，一下雨全是泥", "绿化死了一大片，也没人补种"),
           "花坛植物枯死，大面积裸土", "已补种时令花卉和绿篱", weight=3),
    Matter("GREEN-03", "greenery", ("绿地里都是垃圾，狗也在里面乱跑", "花坛里扔了好多塑料袋"),
           "绿地内散落垃圾杂物", "绿地已清理并补绿", weight=2),
    Matter("PARK-01", "car_on_lawn", ("车乱停，把出入口都挡住了", "不停车位停草地，推婴儿车都过不去"),
           "机动车未停在划定车位", "已劝离并在路口设置隔离桩", weight=2),
    Matter("RENO-01", "rubble", ("装修垃圾堆在路当中，绕都绕不开", "楼下堆了一大堆砖头水泥，没有围起来"),
           "装修垃圾未袋装、无围挡，占用通道", "已装袋清运，划定堆放点并围挡", weight=3),
    Matter("RENO-03", "rubble", ("装修垃圾放了半个月还没运走", "建筑垃圾一直不清，小孩在上面玩"),
           "装修垃圾长期积存未清运", "已联系收运单位清运完毕", weight=2),
    Matter("ILLB-01", "shed", ("一楼在院子里搭了个房子，还在往外扩", "有人在天井搭阳光房，已经封顶了"),
           "底层院落新搭建彩钢顶房屋，砖砌围护", "当事人已自行拆除，恢复绿化", handler="urban_enforcement", weight=2),
    Matter("CABLE-01", "cables", ("电线垂到路面上了，小孩伸手就能碰到", "架空线乱成一团，还断了一根拖在地上"),
           "架空线垂落至路面，无人看护", "线缆已收紧捆扎，废线剪除", weight=2),
    Matter("SPORT-02", "exercise_ground", ("健身器材断了，孩子差点摔下来", "健身点的踏板掉了，地垫也翘起来"),
           "健身器材断裂，塑胶地面破损", "器材已修复，地面重新铺设", weight=2),
    Matter("PUB-02", "notice_board", ("公告栏里的东西都发黄烂掉了", "宣传栏还是去年的内容，玻璃上贴满广告"),
           "宣传栏内容褪色破损、过期", "宣传内容已全部更换", weight=3),
    Matter("PROP-01", "notice_board", ("物业的收费和维修金账目从来不公示", "公示牌上什么都看不清"),
           "公示内容不全，缺维修资金和公共收益账目", "公示牌已补齐全部内容", weight=2),
    Matter("PUB-03", "notice_board", ("小区里看不到居民公约", "公约贴在角落里，字都褪没了"),
           "公示栏内无居民公约，或已褪色无法辨认", "居民公约已重新印制上墙", handler="neighbourhood_committee", weight=1),
    Matter("PUB-01", "notice_board", ("公益广告破破烂烂的，没人换", "大门口的公益广告牌空了好久"),
           "公益广告残缺，未设在醒目处", "公益广告已更换并移至主出入口", handler="neighbourhood_committee", weight=1),
    Matter("CLEAN-02", "posters", ("墙上到处乱涂乱贴", "大门两边被贴满了广告"),
           "公共区域墙面乱张贴", "已清除并粉刷", weight=2),
    Matter("CLEAN-05", "manhole", ("路面坑坑洼洼，下雨积水", "路上有个大坑，电瓶车差点翻了"),
           "小区道路破损", "路面已修补平整", handler="housing", weight=1),
    Matter("CLEAN-06", "manhole", ("窨井盖不见了，旁边就是幼儿园的路", "井盖移位了，晚上很危险"),
           "窨井盖移位，井口外露", "井盖已复位固定", weight=2),
    Matter("ILLB-05", "corridor", ("邻居把公共走道圈起来当自家储藏室", "楼道尽头被人占了放东西"),
           "公共走道被占用堆放私人物品", "占用物品已清空", weight=1, is_indoors=True),
)  # fmt: skip

# What shows that an item is as it should be, where even a pass wants photos.
PROOF_SCENES = {
    "PUB-05": "notice_board",
    "FIRE-04": "extinguisher_box",
    "WASTE-02": "bins",
    "NOTICE-01": "notice_board",
}


def matters_by_item() -> dict[str, list[Matter]]:
    """Every matter under its item."""
    found: dict[str, list[Matter]] = {}
    for matter in MATTERS:
        found.setdefault(matter.item_code, []).append(matter)
    return found
