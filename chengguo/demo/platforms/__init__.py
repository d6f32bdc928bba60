"""The simulated platforms, one module each; `PLATFORMS` names them by the first segment of their paths."""

from chengguo.demo.platforms.beijing import Beijing
from chengguo.demo.platforms.guangdong import Guangdong
from chengguo.demo.platforms.hubei import Hubei
from chengguo.demo.platforms.platform import Platform
from chengguo.demo.platforms.shanghai import Shanghai
from chengguo.demo.platforms.sichuan import Sichuan

PLATFORMS: dict[str, type[Platform]] = {
    "beijing": Beijing,
    "shanghai": Shanghai,
    "guangdong": Guangdong,
    "hubei": Hubei,
    "sichuan": Sichuan,
}
