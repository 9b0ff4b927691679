"""The one table of currencies, units and scale words, with their English and Chinese spellings.

Lives here: what a unit is called, which dimension it measures, how it converts, and regular expressions built from
the table. Does not: numbers, dates, rules. Imports nothing of the package.

A row serves both languages. `symbols` are written the same in both and keep their case (MW is not mW); the other
columns are compared in lower case. An English name is given in the singular; its plural is derived, or stands beside
it when it is irregular.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_CURRENCIES = """
USD | US dollar, U.S. dollar, American dollar, dollar, buck          | 美元, 美金, 美圆, 美刀         | US$ U.S.$ U.S$ U.S_$ US_$ $
CNY | yuan, renminbi, rmb, Chinese yuan                              | 元人民币, 元, 人民币, 块钱, 块, 圆 | RMB¥ CN¥ ¥
EUR | euro                                                           | 欧元                          | €
GBP | pound sterling, British pound, pound                           | 英镑                          | £
JPY | yen, Japanese yen                                              | 日元, 日圆, 円                 | JP¥
HKD | Hong Kong dollar                                               | 港元, 港币, 港圆, 元港币          | HK$
TWD | New Taiwan dollar, Taiwan dollar                               | 新台币, 新台币元, 元新台币, 台币, 台币元, 元台币 | NT$
KRW | South Korean won, Korean won, won                              | 韩元, 韩圆, 韩币               | ₩
INR | Indian rupee, rupee                                            | 印度卢比, 卢比                 | ₹ Rs. Rs
RUB | Russian ruble, rouble, ruble                                   | 俄罗斯卢布, 卢布               | ₽
AUD | Australian dollar                                              | 澳元, 澳大利亚元, 澳币          | A$ AU$
CAD | Canadian dollar                                                | 加元, 加拿大元, 加币            | C$ CA$ CAD$ C_$
NZD | New Zealand dollar                                             | 新西兰元, 纽元                 | NZ$ NZD$
SGD | Singapore dollar                                               | 新加坡元, 新元, 新币            | S$
CHF | Swiss franc                                                    | 瑞士法郎, 瑞郎                 |
SEK | Swedish krona, Swedish kronor                                  | 瑞典克朗                       |
NOK | Norwegian krone, Norwegian kroner                              | 挪威克朗                       |
DKK | Danish krone, Danish kroner                                    | 丹麦克朗                       |
BRL | Brazilian real, Brazilian reais                                | 雷亚尔, 巴西雷亚尔              | R$
MXN | Mexican peso                                                   | 墨西哥比索                     | MX$
TRY | Turkish lira                                                   | 土耳其里拉, 里拉               | ₺
ZAR | South African rand, rand                                       | 南非兰特, 兰特                 |
THB | Thai baht, baht                                                | 泰铢                          | ฿
VND | Vietnamese dong                                                | 越南盾                         | ₫
IDR | Indonesian rupiah, rupiah                                      | 印尼盾, 印尼卢比               |
MYR | Malaysian ringgit, ringgit                                     | 林吉特, 令吉, 马币             |
PHP | Philippine peso                                                | 菲律宾比索                     | ₱
AED | UAE dirham, dirham                                             | 迪拉姆                         |
SAR | Saudi riyal, riyal                                             | 沙特里亚尔, 里亚尔             |
ILS | Israeli shekel, shekel                                         | 新谢克尔, 谢克尔               | ₪
PLN | Polish zloty, zloty                                            | 兹罗提                         |
UAH | Ukrainian hryvnia, hryvnia                                     | 格里夫纳                       | ₴
NGN | Nigerian naira, naira                                          | 奈拉                          | ₦
EGP | Egyptian pound                                                 | 埃及镑                         |
ARS | Argentine peso                                                 | 阿根廷比索                     |
CRC | Costa Rican colon                                              | 哥斯达黎加科朗                 | ₡
LAK | Lao kip                                                        | 老挝基普                       | ₭
KZT | Kazakh tenge, tenge                                            | 哈萨克斯坦坚戈, 坚戈            | ₸
PKR | Pakistani rupee                                                | 巴基斯坦卢比                   |
LKR | Sri Lankan rupee                                               | 斯里兰卡卢比                   |
BDT | Bangladeshi taka, taka                                         | 孟加拉塔卡, 塔卡               | ৳
CZK | Czech koruna, Czech koruny                                     | 捷克克朗                       |
HUF | Hungarian forint, forint                                       | 匈牙利福林, 福林               |
RON | Romanian leu, Romanian lei                                     | 罗马尼亚列伊                   |
CLP | Chilean peso                                                   | 智利比索                       |
COP | Colombian peso                                                 | 哥伦比亚比索                   |
PEN | Peruvian sol                                                   | 秘鲁索尔                       |
KES | Kenyan shilling                                                | 肯尼亚先令                     |
GHS | Ghanaian cedi, cedi                                            | 塞地                          | ₵
QAR | Qatari riyal                                                   | 卡塔尔里亚尔                   |
KWD | Kuwaiti dinar                                                  | 科威特第纳尔                   |
IQD | Iraqi dinar                                                    | 伊拉克第纳尔                   |
IRR | Iranian rial                                                   | 伊朗里亚尔                     | ﷼
MAD | Moroccan dirham                                                | 摩洛哥迪拉姆                   |
VES | Venezuelan bolivar, bolivar                                    | 玻利瓦尔                       |
MMK | Myanmar kyat, kyat                                             | 缅元, 缅币                     |
MNT | Mongolian tugrik, tugrik                                       | 图格里克                       | ₮
MOP | Macanese pataca, Macau pataca, pataca                          | 澳门元, 澳门币                 | MOP$
ETH | ether, ethereum                                                | 枚以太币, 以太币, 枚以太坊      | Ξ
DEM | Deutsche mark, German mark, deutschmark, D-mark                 | 德国马克, 马克                 |
FRF | French franc                                                   | 法国法郎                       |
ITL | Italian lira, Italian lire                                     | 意大利里拉                     |
NLG | Dutch guilder, guilder                                         | 荷兰盾                        |
ESP | Spanish peseta, peseta                                         | 比塞塔                        |
FIM | Finnish markka, markka                                         | 芬兰马克                       |
BEF | Belgian franc                                                  | 比利时法郎                     |
ATS | Austrian schilling                                             | 奥地利先令                     |
bitcoin | bitcoin                                                    | 个比特币, 枚比特币, 比特币      | ₿
cent | cent                                                          | 美分                           | ¢
penny | pence, penny                                             | 便士                           |
peso | peso                                                          | 比索                           |
franc | franc                                                        | 法郎                           |
"""

_UNITS = """
percent          | share      | 1          | percent, percents, per cent, percentage, pct          | 个百分比                 | %
permille         | share      | 0.1        | per mille                                   | 千分率                        | ‰
percentage_point | points     | 1          | percentage point, percentage-point          | 个百分点, 百分点               | pp ppt ppts
basis_point      | points     | 0.01       | basis point                                 | 个基点, 基点                   | bp bps
W                | power      | 1          | watt                                        | 瓦特, 瓦                       | W
kW               | power      | 1000       | kilowatt                                    | 千瓦                           | kW
MW               | power      | 1000000    | megawatt                                    | 兆瓦                           | MW
GW               | power      | 1000000000 | gigawatt                                    | 吉瓦, 千兆瓦                   | GW
TW               | power      | 1E+12      | terawatt                                    | 太瓦                           | TW
mW               | power      | 0.001      | milliwatt                                   | 毫瓦                            | mW
kVA              | apparent power| 1          | kilovolt-ampere                             | 千伏安                           | kVA
MVA              | apparent power| 1000       | megavolt-ampere                             | 兆伏安                           | MVA
hp               | power      | 745.7      | horsepower                                  | 匹马力, 匹的马力, 马力                   | hp
Wh               | energy     | 1          | watt-hour, watt hour                        | 瓦时                           | Wh
kWh              | energy     | 1000       | kilowatt-hour, kilowatt hour                | 千瓦时, 度电                   | kWh
MWh              | energy     | 1000000    | megawatt-hour, megawatt hour                | 兆瓦时                         | MWh
GWh              | energy     | 1000000000 | gigawatt-hour, gigawatt hour                | 吉瓦时                         | GWh
TWh              | energy     | 1E+12      | terawatt-hour, terawatt hour                | 太瓦时                         | TWh
J                | energy     | 0.000277777777777777777778 | joule                       | 焦耳                           | J
kJ               | energy     | 0.277777777777777777777778| kilojoule                                   | 千焦耳, 千焦                       | kJ
MJ               | energy     | 277.777777777777777777778| megajoule                                   | 兆焦耳, 兆焦                       | MJ
GJ               | energy     | 277777.777777777777777778| gigajoule                                   | 吉焦耳, 吉焦                       | GJ
PWh              | energy     | 1E+15      | petawatt-hour, petawatt hour                | 拍瓦时                           | PWh
Btu              | energy     | 0.29307107 | British thermal unit                        | 英热单位, 英热                      | Btu BTU
MMBtu            | energy     | 293071.07  | million British thermal units               | 百万英热单位, 百万英热                  | MMBtu mmBtu MMBTU
eV               | energy     | 4.4504907E-23| electronvolt, electron volt                 | 电子伏特, 电子伏                     | eV
keV              | energy     | 4.4504907E-20| kiloelectronvolt                            | 千电子伏特, 千电子伏                   | keV
MeV              | energy     | 4.4504907E-17| megaelectronvolt                            | 兆电子伏特, 兆电子伏                   | MeV
GeV              | energy     | 4.4504907E-14| gigaelectronvolt                            | 吉电子伏特, 吉电子伏                   | GeV
TeV              | energy     | 4.4504907E-11| teraelectronvolt                            | 太电子伏特, 太电子伏                   | TeV
kcal             | energy     | 1.163      | kilocalorie, calorie                        | 千卡, 大卡, 卡路里              | kcal
V                | voltage    | 1          | volt                                        | 伏特, 伏                       | V
kV               | voltage    | 1000       | kilovolt                                    | 千伏                           | kV
mV               | voltage    | 0.001      | millivolt                                   | 毫伏                            | mV
A                | current    | 1          | ampere, amp                                 | 安培                            |
mA               | current    | 0.001      | milliampere, milliamp                       | 毫安                            | mA
ohm              | resistance | 1          | ohm                                         | 欧姆                            | Ω
mAh              | charge     | 1          | milliampere-hour                            | 毫安时                         | mAh
Ah               | charge     | 1000       | ampere-hour, amp-hour                       | 安时                            | Ah
nm               | length     | 1E-9       | nanometre, nanometer                        | 纳米, 奈米                           | nm
pm               | length     | 1E-12      | picometre, picometer                        | 皮米 | pm
angstrom         | length     | 1E-10      | angstrom, ångström                          | 埃                             | Å
micrometre       | length     | 0.000001   | micrometre, micrometer, micron              | 微米                           | μm µm
mm               | length     | 0.001      | millimetre, millimeter                      | 毫米                           | mm
cm               | length     | 0.01       | centimetre, centimeter                      | 厘米, 公分                     | cm
dm               | length     | 0.1        | decimetre, decimeter                        | 分米                            | dm
m                | length     | 1          | metre, meter                                | 米, 公尺                       | m
km               | length     | 1000       | kilometre, kilometer                        | 公里, 千米                     | km
li               | length     | 500        |                                             | 里路, 华里, 里                   |
in               | length     | 0.0254     | inch, inches                                | 英寸, 吋                       |
ft               | length     | 0.3048     | foot, feet                                  | 英尺                           | ft
yd               | length     | 0.9144     | yard                                        | 英码, 码                       | yd
mi               | length     | 1609.344   | mile                                        | 英里                           | mi
nautical_mile    | length     | 1852       | nautical mile                               | 海里                           |
light_year       | length     | 9.4607E+15 | light-year, light year                      | 光年                           |
astronomical_unit| length     | 149597870700| astronomical unit                           | 个天文单位                          |
m2               | area       | 1          | square metre, square meter                  | 平方米, 平米, 平方公尺          | m2 m² sqm sq_m
mm2              | area       | 0.000001   | square millimetre, square millimeter        | 平方毫米                          | mm2 mm²
cm2              | area       | 0.0001     | square centimetre, square centimeter        | 平方厘米                          | cm2 cm²
km2              | area       | 1000000    | square kilometre, square kilometer          | 平方公里, 平方千米              | km2 km² sq_km
ft2              | area       | 0.09290304 | square foot, square feet                    | 平方英尺                       | ft2 ft² sq_ft
in2              | area       | 0.00064516 | square inch, square inches                  | 平方英寸                          | sq_in
yd2              | area       | 0.83612736 | square yard                                 | 平方码                           | sq_yd
mi2              | area       | 2589988.11 | square mile                                 | 平方英里                       | mi2 sq_mi
hectare          | area       | 10000      | hectare                                     | 公顷                           | ha
acre             | area       | 4046.8564  | acre                                        | 英亩                           |
mu               | area       | 666.666666666666666667 | mu                              | 亩                             |
kL               | volume     | 1000       | kilolitre, kiloliter                        | 千升                           | kL
mL               | volume     | 0.001      | millilitre, milliliter                      | 毫升                           | mL ml
microlitre       | volume     | 0.000001   | microlitre, microliter                      | 微升                            | μL µL
dL               | volume     | 0.1        | decilitre, deciliter                        | 分升                            | dL dl
cubic_centimetre | volume     | 0.001      | cubic centimetre, cubic centimeter          | 立方厘米                          | cm3 cm³ cc
hectolitre       | volume     | 100        | hectolitre, hectoliter                      | 百升                            | hL hl
cl               | volume     | 0.01       | centilitre, centiliter                      | 厘升                           | cl cL
cup              | volume     | 0.2365882  | cup                                         | 杯                             |
L                | volume     | 1          | litre, liter                                | 升, 公升                       | L
cubic_metre      | volume     | 1000       | cubic metre, cubic meter                    | 立方米                         | m3 m³
cubic_kilometre  | volume     | 1E+12      | cubic kilometre, cubic kilometer            | 立方公里                       | km3 km³ km^3
cubic_foot       | volume     | 28.316847  | cubic foot, cubic feet                      | 立方英尺                       |
gal              | volume     | 3.785412   | gallon                                      | 加仑                           |
pint             | volume     | 0.56826125 | pint                                        | 品脱                            |
quart            | volume     | 0.9463529  | quart                                       | 夸脱                            |
fluid_ounce      | volume     | 0.0295735  | fluid ounce                                 | 液量盎司, 液盎司                     | fl_oz
bushel           | volume     | 35.2390702 | bushel                                      | 蒲式耳                           |
barrel           | volume     | 158.987295 | barrel                                      | 桶石油, 桶原油, 桶油, 桶        | bbl
teaspoon         | volume     | 0.00492892 | teaspoon                                    | 茶匙                           | tsp
tablespoon       | volume     | 0.01478676 | tablespoon                                  | 汤匙                           | tbsp
TEU              | count      | 1          | twenty-foot equivalent unit, TEU            | 个标准箱, 标准箱, 个标箱, 标箱            | TEU TEUs
microgram        | mass       | 1E-9       | microgram                                   | 微克                           | μg µg
nanogram         | mass       | 1E-12      | nanogram                                    | 纳克                            | ng
mg               | mass       | 0.000001   | milligram                                   | 毫克                           | mg
g                | mass       | 0.001      | gram, gramme                                | 克                             | g
kg               | mass       | 1          | kilogram, kilogramme, kilo                  | 公斤, 千克                     | kg kgs
jin              | mass       | 0.5        | jin                                         | 斤                             |
t                | mass       | 1000       | tonne, metric ton, ton                      | 公吨, 吨                       |
kt               | mass       | 1000000    | kilotonne, kiloton                          |                               | kt
Mt               | mass       | 1000000000 | megatonne, megaton                          |                               | Mt
Gt               | mass       | 1E+12      | gigatonne, gigaton                          | 吉吨                            | Gt
dwt              | mass       | 1016.0469  | deadweight ton, deadweight tonne            | 载重吨                           | dwt
troy_ounce       | mass       | 0.0311034768| troy ounce                                  | 金衡盎司                          |
oz               | mass       | 0.02834952 | ounce                                       | 盎司                           | oz
lb               | mass       | 0.45359237 | lb                                          | 磅                             | lb lbs
carat            | mass       | 0.0002     | carat                                       | 克拉                           |
bit              | data       | 0.125      | bit                                         | 比特                           |
kilobit          | data       | 125        | kilobit                                     | 千比特                           | kbit Kbit
gigabit          | data       | 125000000  | gigabit                                     | 吉比特, 千兆比特                     | Gbit Gb
terabit          | data       | 1.25E+11   | terabit                                     | 太比特                           | Tbit Tb
byte             | data       | 1          | byte                                        | 字节                           |
kB               | data       | 1000       | kilobyte                                    | 千字节                         | KB kB
MB               | data       | 1000000    | megabyte                                    | 兆字节                         | MB
GB               | data       | 1000000000 | gigabyte                                    | 吉字节                         | GB
TB               | data       | 1E+12      | terabyte                                    | 太字节                         | TB
PB               | data       | 1E+15      | petabyte                                    | 拍字节                         | PB
EB               | data       | 1E+18      | exabyte                                     | 艾字节                           | EB
ZB               | data       | 1E+21      | zettabyte                                   | 泽字节                           | ZB
KiB              | data       | 1024       | kibibyte                                    |                               | KiB
MiB              | data       | 1048576    | mebibyte                                    |                               | MiB
GiB              | data       | 1073741824 | gibibyte                                    |                               | GiB
TiB              | data       | 1099511627776| tebibyte                                    |                               | TiB
megabit          | data       | 125000     | megabit                                     | 兆比特                         | Mb mb
Mbps             | data rate  | 1          | megabit per second, megabits per second     | 兆比特每秒, 兆每秒             | Mbps Mb/s Mbit/s
Gbps             | data rate  | 1000       | gigabit per second, gigabits per second     | 吉比特每秒, 千兆比特每秒        | Gbps Gb/s Gbit/s
kbps             | data rate  | 0.001      | kilobit per second, kilobits per second     | 千比特每秒                         | kbps Kbps kb/s kbit/s
Tbps             | data rate  | 1000000    | terabit per second, terabits per second     | 太比特每秒                         | Tbps Tb/s Tbit/s
MB/s             | data rate  | 8          | megabyte per second, megabytes per second, megabytes a second| 兆字节每秒, 兆字节/秒                  | MB/s MBps
GB/s             | data rate  | 8000       | gigabyte per second, gigabytes per second, gigabytes a second| 吉字节每秒             | GB/s GBps GB/秒 GB每秒
TB/s             | data rate  | 8000000    | terabyte per second, terabytes per second, terabytes a second| 太字节每秒             | TB/s TBps TB/秒 TB每秒
hertz            | frequency  | 1          | hertz                                       | 赫兹, 赫                       | Hz
kilohertz        | frequency  | 1000       | kilohertz                                   | 千赫兹, 千赫                   | kHz
megahertz        | frequency  | 1000000    | megahertz                                   | 兆赫兹, 兆赫                   | MHz
gigahertz        | frequency  | 1000000000 | gigahertz                                   | 吉赫兹, 吉赫                   | GHz
terahertz        | frequency  | 1E+12      | terahertz                                   | 太赫兹, 太赫                       | THz
rpm              | rotation   | 1          | revolution per minute, revolutions per minute| 转每分钟, 转/分钟, 转/分               | rpm r/min
fps              | frame rate | 1          | frame per second, frames per second, frames a second| 帧每秒, 帧/秒                      | fps
C                | temperature| 1          | degree celsius, degrees celsius, degree c, degrees c, degree centigrade, degrees centigrade, celsius, celcius | 摄氏度, 度 | °C ℃ °_C °_celsius
F                | temperature (F) | 1     | degree fahrenheit, degrees fahrenheit, degree f, degrees f, fahrenheit | 华氏度 | °F ℉ °_F
K                | temperature (K) | 1     | kelvin                                      | 开尔文                         |
degree           | angle      | 1          | degree                                      |                                | °
mph              | speed      | 1.609344   | mile per hour, miles per hour, miles an hour | 英里每小时                    | mph
km/h             | speed      | 1          | kilometre per hour, kilometres per hour, kilometer per hour, kilometers per hour, kilometers an hour, kilometres an hour | 公里每小时, 公里/小时, 千米/小时 | km/h kph kmph km/hr kmh
m/s              | speed      | 3.6        | metre per second, metres per second, meter per second, meters per second | 米每秒, 米/秒 | m/s
km/s             | speed      | 3600       | kilometre per second, kilometres per second, kilometer per second, kilometers per second, kilometres a second, kilometers a second| 公里每秒, 千米每秒, 公里/秒, 千米/秒        | km/s
ft/s             | speed      | 1.09728    | foot per second, feet per second            | 英尺每秒                          | ft/s
knot             | speed      | 1.852      | knot                                        | 节航速                         |
dB               | sound      | 1          | decibel                                     | 分贝                           | dB
Pa               | pressure   | 1          | pascal                                      | 帕斯卡, 帕                        | Pa
hPa              | pressure   | 100        | hectopascal                                 | 百帕                            | hPa
kPa              | pressure   | 1000       | kilopascal                                  | 千帕                            | kPa
MPa              | pressure   | 1000000    | megapascal                                  | 兆帕                            | MPa
GPa              | pressure   | 1000000000 | gigapascal                                  | 吉帕                            | GPa
mbar             | pressure   | 100        | millibar                                    | 毫巴                            | mbar
bar              | pressure   | 100000     |                                             | 巴                             | bar
psi              | pressure   | 6894.757   | pound per square inch, pounds per square inch| 磅每平方英寸                        | psi
mmHg             | pressure   | 133.322    | millimetre of mercury, millimetres of mercury, millimeters of mercury| 毫米汞柱                          | mmHg
atm              | pressure   | 101325     | standard atmosphere                         | 标准大气压, 个大气压, 大气压              | atm
N                | force      | 1          | newton                                      | 牛顿                            | N
kN               | force      | 1000       | kilonewton                                  | 千牛顿, 千牛                       | kN
MN               | force      | 1000000    | meganewton                                  | 兆牛顿, 兆牛                       |
Nm               | torque     | 1          | newton metre, newton-metre, newton meter, newton-meter| 牛米, 牛·米, 牛顿米                  | Nm N·m
ppm              | concentration| 1          | part per million, parts per million         |                               | ppm
ppb              | concentration| 0.001      | part per billion, parts per billion         |                               | ppb
mg/L             | mass density| 1          | milligram per litre, milligrams per litre, milligrams per liter| 毫克每升, 毫克/升                    | mg/L mg/l
ug/m3            | mass density| 0.000001   | microgram per cubic metre, micrograms per cubic metre, micrograms per cubic meter| 微克每立方米, 微克/立方米                | μg/m3 μg/m³ µg/m3 µg/m³ ug/m3
mg/dL            | mass density| 10         | milligram per decilitre, milligrams per decilitre, milligrams per deciliter| 毫克/分升                         | mg/dL mg/dl
mmol/L           | molarity   | 1          | millimole per litre, millimoles per litre, millimoles per liter| 毫摩尔每升, 毫摩尔/升, 毫摩/升            | mmol/L mmol/l
Sv               | dose       | 1          | sievert                                     | 西弗特, 西弗                       | Sv
mSv              | dose       | 0.001      | millisievert                                | 毫西弗特, 毫西弗                     | mSv
uSv              | dose       | 0.000001   | microsievert                                | 微西弗特, 微西弗                     | μSv µSv
Bq               | radioactivity| 1          | becquerel                                   | 贝克勒尔, 贝可                      | Bq
lux              | illuminance| 1          | lux                                         | 勒克斯                           | lux
lumen            | luminous flux| 1          | lumen                                       | 流明                            | lm
nit              | luminance  | 1          | nit                                         | 尼特                            | cd/m2 cd/m²
Wh/kg            | energy density| 1          | watt-hour per kilogram, watt-hours per kilogram, watt-hours per kilo| 瓦时每千克, 瓦时/千克, 瓦时/公斤           | Wh/kg
Wh/L             | energy per volume| 1          | watt-hour per litre, watt-hours per litre, watt-hours per liter| 瓦时每升, 瓦时/升                    | Wh/L
mpg              | economy    | 1          | mile per gallon, miles per gallon, miles to the gallon| 英里每加仑, 英里/加仑                  | mpg
ppi              | resolution | 1          | pixel per inch, pixels per inch             | 像素每英寸                         | ppi
dpi              | resolution | 1          | dot per inch, dots per inch                 |                               | dpi
pixel            | count      | 1          | pixel                                       | 像素                            | px
megapixel        | count      | 1000000    | megapixel                                   |                               | MP
g-force          | acceleration| 9.80665    | g-force                                     |                               |
m/s2             | acceleration| 1          | metre per second squared, metres per second squared, meters per second squared| 米每二次方秒                        | m/s2 m/s²
millisecond      | duration   | 0.001      | millisecond                                 | 毫秒                           | ms
microsecond      | duration   | 0.000001   | microsecond                                 | 微秒                            | μs µs
nanosecond       | duration   | 1E-9       | nanosecond                                  | 纳秒                            | ns
quarter_hour     | duration   | 900        |                                             | 刻钟                            |
second           | duration   | 1          | second, sec                                 | 秒钟, 秒                       | s
minute           | duration   | 60         | minute, min, mins                           | 分钟                           |
hour             | duration   | 3600       | hour, hr                                    | 个小时, 小时, 个钟头, 钟头      | h
day              | duration   | 86400      | day, night                                  | 个工作日, 天                   |
week             | duration   | 604800     | week                                        | 个星期, 个礼拜, 星期, 周        |
fortnight        | duration   | 1209600    | fortnight                                   |                                |
month            | calendar   | 1          | month                                       | 个多月, 个月                   |
quarter          | calendar   | 3          |                                             | 个季度, 个季                   |
year             | calendar   | 12         | year, yr                                    | 周年, 年                       |
decade           | calendar   | 120        | decade                                      |                                |
century          | calendar   | 1200       |                                             | 个世纪                         |
person           | people     | 1          | people, person, persons                     | 人次, 余人, 人, 名, 位, 口人    |
household        | count      | 1          | household                                   | 户家庭, 户                     |
flop             | computing  | 1          | floating-point operation, flop              | 次浮点运算                     | FLOPS FLOPs
PFLOPS           | computing  | 1E+15      | petaflop                                    |                                | PFLOPS
EFLOPS           | computing  | 1E+18      | exaflop                                     |                                | EFLOPS
GFLOPS           | computing  | 1000000000 | gigaflop                                    |                               | GFLOPS
TFLOPS           | computing  | 1E+12      | teraflop                                    |                               | TFLOPS
ZFLOPS           | computing  | 1E+21      | zettaflop                                   |                               | ZFLOPS
TOPS             | operations | 1E+12      | tera-operations per second, trillion operations per second|                               | TOPS
qubit            | count      | 1          | quantum bit, qubit                          | 个量子比特, 量子比特, 个量子位, 量子位        |
token            | count      | 1          | token                                       | 个词元, 词元                   |
point            | count      | 1          | point                                       | 个点, 点                         |
clock            | time       | 1          |                                             |                                |
"""

_SCALES_EN = {
    "hundred": Decimal(100), "thousand": Decimal(1000), "million": Decimal(10) ** 6, "billion": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12, "lakh": Decimal(10) ** 5, "crore": Decimal(10) ** 7, "dozen": Decimal(12),
}  # fmt: skip
SCALES_EN = _SCALES_EN | {f"{word}s": factor for word, factor in _SCALES_EN.items()}
SCALES_SHORT = {
    "k": Decimal(1000), "m": Decimal(10) ** 6, "mm": Decimal(10) ** 6, "mn": Decimal(10) ** 6, "mln": Decimal(10) ** 6,
    "b": Decimal(10) ** 9, "bn": Decimal(10) ** 9, "bln": Decimal(10) ** 9, "t": Decimal(10) ** 12,
    "tn": Decimal(10) ** 12, "tln": Decimal(10) ** 12, "trn": Decimal(10) ** 12,
}  # fmt: skip
SCALES_ZH = {
    "十": Decimal(10), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10) ** 4,
    "亿": Decimal(10) ** 8, "兆": Decimal(10) ** 12,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the table. `factor` turns a value into the base unit of `dimension`; currencies do not convert."""

    id: str
    dimension: str
    factor: Decimal | None
    en: tuple[str, ...]
    zh: tuple[str, ...]
    symbols: tuple[str, ...]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in cell.split(",") if name.strip())


def _symbols(cell: str) -> tuple[str, ...]:
    return tuple(symbol.replace("_", " ") for symbol in cell.split())


def _read_tables() -> tuple[Unit, ...]:
    rows = []
    for line in _CURRENCIES.strip().splitlines():
        name, en, zh, symbols = _cells(line)
        rows.append(Unit(name, "money", None, _names(en), _names(zh), _symbols(symbols)))
    for line in _UNITS.strip().splitlines():
        name, dimension_, factor, en, zh, symbols = _cells(line)
        rows.append(Unit(name, dimension_, Decimal(factor), _names(en), _names(zh), _symbols(symbols)))
    return tuple(rows)


UNITS = _read_tables()
BY_ID = {unit.id: unit for unit in UNITS}
CURRENCIES = tuple(unit for unit in UNITS if unit.dimension == "money")


def plural(name: str) -> str:
    """The regular English plural of a unit or noun: euro, euros; century, centuries; inch, inches."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


_NO_PLURAL = frozenset(
    {
        "percent",
        "percents",
        "per cent",
        "pct",
        "hertz",
        "celsius",
        "fahrenheit",
        "horsepower",
        "feet",
        "inches",
        "people",
        "yuan",
        "renminbi",
        "rmb",
        "yen",
        "won",
        "baht",
        "dong",
        "rand",
        "pence",
        "mu",
        "jin",
        "lux",
        "koruny",
        "lei",
        "lire",
        "TEU",
    }
)


def english_names() -> dict[str, str]:
    """Lower-case English names, singular and plural, with the canonical id."""
    names: dict[str, str] = {}
    for unit in UNITS:
        for name in map(str.lower, unit.en):
            forms = (name,) if name in _NO_PLURAL else (name, plural(name))
            for form in forms:
                names.setdefault(form, unit.id)
                for article in (" a ", " an ") if " per " in form else ():
                    names.setdefault(form.replace(" per ", article), unit.id)
                names.setdefault(form.replace(" ", "-"), unit.id)
        if unit.dimension == "money" and unit.id.isupper():
            names.setdefault(unit.id.lower(), unit.id)
    return names


def chinese_names() -> dict[str, str]:
    """Chinese names with the canonical id."""
    return {name: unit.id for unit in UNITS for name in unit.zh}


def symbols() -> dict[str, str]:
    """Symbols of units other than money, in their case, with the canonical id."""
    return {symbol: unit.id for unit in UNITS if unit.dimension != "money" for symbol in unit.symbols}


def trailing_signs() -> dict[str, str]:
    """Currency signs of one character, which may also stand behind an amount: 15 €."""
    return {symbol: unit.id for unit in CURRENCIES for symbol in unit.symbols if len(symbol) == 1}


def currency_symbols() -> dict[str, str]:
    """Lower-case symbols that stand before an amount of money, with the canonical id."""
    return {symbol.lower(): unit.id for unit in CURRENCIES for symbol in unit.symbols}


def dimension(unit: str) -> str:
    """What a unit measures ("power", "money", "calendar"); "count" for a noun, "" for no unit."""
    if unit in BY_ID:
        return BY_ID[unit].dimension
    return "count" if unit else ""


def to_base(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """A value in the base unit of its dimension, and that dimension: two values compare only when these are equal.

    20,000 MW and 20 GW give the same pair. A unit that converts into no other (a currency, a noun) is its own
    dimension. Calendar units (month, year) and exact durations (second to week) are two dimensions, since a month has
    no fixed number of days.
    """
    row = BY_ID.get(unit)
    if row is None or row.factor is None:
        return value, unit
    return value * row.factor, row.dimension


def alternation(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest that fits first, as a prefix tree: its cost does not
    grow with the number of words."""
    tree: dict[str, object] = {}
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})  # type: ignore[assignment]
        node[""] = {}
    return _branch(tree)


def _branch(tree: dict[str, object]) -> str:
    options = [re.escape(c) + _branch(tree[c]) for c in sorted(tree) if c]  # type: ignore[arg-type]
    if not options:
        return ""
    body = options[0] if len(options) == 1 and "" not in tree else f"(?:{'|'.join(options)})"
    return body + "?" if "" in tree else body
