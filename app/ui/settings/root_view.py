"""县级密钥: the county's reserve key, and the new county device that takes a lost one's place."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.ops import roots
from app.ops.devices import Enrolment
from app.ui import messages
from app.ui.page import Desk
from app.ui.parts import button, plain, quiet
from app.ui.plans.form_dialog import Entry, FormDialog

_FILES = "县级接替文件 (*.接替);;所有文件 (*)"
_COUNTY = (
    "县级电脑丢了、坏了，只有封存的备用密钥能让新电脑接替它；各镇村不用见面就能认出新电脑。"
    "密钥只显示一次，请抄两份，分开封存。"
)
_BELOW = "县里换了电脑，会发来“接替”文件。程序用登记时记下的备用密钥核对，对得上才认。"


class RootView(QWidget):
    """What a replica knows of the reserve key, and the one thing that its level can do."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        is_county = desk.store.level == "county"
        self.state = plain()
        self.make_button = button("做备用密钥", self._on_make, primary=True)
        self.succeed_button = button("接替丢失的县级电脑…", self._on_succeed)
        self.take_button = button("接受接替文件…", self._on_take)
        row = QHBoxLayout()
        for one, is_shown in (
            (self.make_button, is_county),
            (self.succeed_button, is_county),
            (self.take_button, not is_county),
        ):
            one.setVisible(is_shown)
            row.addWidget(one)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.addWidget(quiet(_COUNTY if is_county else _BELOW))
        layout.addWidget(self.state)
        layout.addLayout(row)
        layout.addStretch()

    def refresh(self) -> None:
        """Read again whether a reserve key is known."""
        known = self._desk.runner.call(lambda: roots.has_reserve(self._desk.store))
        self.make_button.setEnabled(not known)
        self.state.setText("备用密钥：已有。" if known else "备用密钥：还没有。")

    def make(self) -> str:
        """Make the reserve key; return what is to be written down, "" if it was refused."""
        store, actor = self._desk.store, self._desk.actor
        written = self._desk.runner.call(lambda: roots.make_reserve(store, actor))
        self.refresh()
        return f"备用密钥：{written}\n本机编号：{store.device_id}" if written else ""

    def succeed(self, values: Mapping[str, str], out: Path) -> None:
        """Put this device in the lost one's place."""
        store, actor = self._desk.store, self._desk.actor
        self._tell(
            self._desk.runner.call(
                lambda: roots.succeed(store, actor, values["key"], values["old"], out)
            ),
            f"请把“{out.name}”发到各镇各村；各镇再写一次登记申请。",
        )

    def take(self, path: Path) -> None:
        """Pin the new county device."""
        store, actor = self._desk.store, self._desk.actor
        self._tell(
            self._desk.runner.call(lambda: roots.take_succession(store, actor, path)),
            "镇里请再向县写一次登记申请；村里不用再办。",
        )

    def succeed_dialog(self) -> FormDialog:
        """Return the dialog that asks for what stands on the sealed paper."""
        entries = (
            Entry("old", "旧电脑的编号", is_plain_keys=True),
            Entry("key", "备用密钥", is_plain_keys=True),
        )
        return FormDialog(
            self, "照封存的备用密钥单填", entries, "接替", lambda v: _problem(v["old"], v["key"])
        )

    def _on_make(self) -> None:
        question = "备用密钥只显示这一次。请备好纸笔，再按“显示”。"
        if messages.ask(self, "做备用密钥", question, "显示"):
            written = self.make()
            if written:
                messages.show_text(self, "请抄下，封存", written)

    def _on_succeed(self) -> None:
        dialog = self.succeed_dialog()
        if not dialog.exec():
            return
        name, _ = QFileDialog.getSaveFileName(self, "存接替文件", "县级电脑.接替", _FILES)
        if name:
            self.succeed(dialog.values(), Path(name))

    def _on_take(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "选择接替文件", "", _FILES)
        if name:
            self.take(Path(name))

    def _tell(self, done: Enrolment | None, next_step: str) -> None:
        if done is not None:
            messages.show_text(self, "县级电脑已更换", f"现在认：{done.name}。\n{next_step}")
        self.refresh()


def _problem(old: str, key: str) -> str:
    if len(old.strip()) != 32:
        return "旧电脑的编号是32位。"
    return "" if key.strip() else "请填备用密钥。"
