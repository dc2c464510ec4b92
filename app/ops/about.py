"""What this program and this replica are, for «关于» and for the telephone."""

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from app.domain.period import Period
from app.models.store import Store
from app.ops import attachments, catalogue, devices, policy_packs


@dataclass(frozen=True, slots=True)
class About:
    """Versions and identity: (label, text) in the order of display."""

    lines: tuple[tuple[str, str], ...]


def about(store: Store, period: Period) -> About:
    """Return what to read out when somebody asks which program this is."""
    own = next(line for line in devices.list_devices(store) if line.relation == "self")
    pack = next(line for line in policy_packs.list_packs(store, period) if line.in_force)
    return About(
        (
            ("程序", f"驻村 {_program_version()}"),
            ("Python", platform.python_version()),
            ("系统", f"{platform.system()} {platform.release()}"),
            ("本机", store.identity.name),
            ("区划代码", store.area_code),
            ("设备指纹", own.fingerprint),
            ("检查表版本", catalogue.form_for(period).version),
            ("参数版本", pack.version),
            ("照片和扫描件", attachments.totals(store).text()),
            ("数据文件夹", str(store.path.parent)),
        )
    )


def _program_version() -> str:
    try:
        return version("zhucun")
    except PackageNotFoundError:
        return "（未安装的源代码）"
