"""The inputs of the first-use wizard, one widget a step. Each says why it is not complete yet."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ops.setup import ReplicaPlan, check_passphrase
from app.ui import parts
from app.ui.parts import button, plain, quiet, without_input_method
from app.ui.start import recovery_sheet
from app.ui.start.passphrase_field import PassphraseField

LEVELS = (("village", "村"), ("township", "镇"), ("county", "县"))


class Step(QWidget):
    """A heading, a sentence and room for inputs; ``changed`` after every edit."""

    changed = Signal()

    def __init__(self, heading: str, sentence: str) -> None:
        super().__init__()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)
        self.body.addWidget(parts.heading(heading))
        if sentence:
            self.body.addWidget(plain(sentence))


class PlaceStep(Step):
    """1 您在哪里: level, area code, name."""

    def __init__(self) -> None:
        super().__init__(
            "1　您在哪里", "选级别，再填12位区划代码和名称。代码在村委会的统计表上有。"
        )
        self.levels = {key: QRadioButton(word) for key, word in LEVELS}
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        for choice in self.levels.values():
            self._group.addButton(choice)
            choice.toggled.connect(lambda _on: self.changed.emit())
            row.addWidget(choice)
        row.addStretch()
        self.levels["village"].setChecked(True)
        self.code, self.name = QLineEdit(), QLineEdit()
        self.code.setPlaceholderText("12位数字")
        without_input_method(self.code)
        self.name.setPlaceholderText("如 云岭村")
        form = QFormLayout()
        form.addRow("级别", row)
        form.addRow("区划代码", self.code)
        form.addRow("名称", self.name)
        self.body.addLayout(form)
        self.body.addStretch()
        for field in (self.code, self.name):
            field.textChanged.connect(self.changed)

    def level(self) -> str:
        return next(key for key, choice in self.levels.items() if choice.isChecked())

    def problem(self) -> str:
        """Return what is missing, "" if nothing."""
        digits = self.code.text().strip()
        if len(digits) != 12 or not digits.isdigit():
            return "区划代码是12位数字。"
        return "" if self.name.text().strip() else "请填名称。"


class PassphraseStep(Step):
    """2 姓名和口令: refuses weak passphrases with the reason while typing."""

    def __init__(self, plan: Callable[[], ReplicaPlan]) -> None:
        super().__init__(
            "2　姓名和口令",
            "口令用来打开加密数据，谁也不能代您找回。"
            "建议用一句只有您知道的话的拼音，至少12个字符。",
        )
        self._plan = plan
        self.person = QLineEdit()
        self.person.setPlaceholderText("您的姓名")
        self.first, self.second = PassphraseField("口令"), PassphraseField("再输一次")
        self.caps = QLabel()
        form = QFormLayout()
        form.addRow("姓名", self.person)
        form.addRow("口令", self.first)
        form.addRow("再输一次", self.second)
        self.body.addLayout(form)
        self.body.addWidget(self.caps)
        self.body.addStretch()
        for field in (self.person, self.first, self.second):
            field.textChanged.connect(self.changed)
        self.first.caps_changed.connect(
            lambda is_on: self.caps.setText("大写锁定开着。" if is_on else "")
        )

    def problem(self) -> str:
        """Return why the passphrase cannot be used yet, "" if it can."""
        if not self.person.text().strip():
            return "请填姓名。"
        reason = check_passphrase(self.first.text(), self._plan())
        if reason:
            return reason
        return "" if self.first.text() == self.second.text() else "两次输入的还不一样。"


class RecoveryStep(Step):
    """3 恢复单: print it, and prove that it is at hand."""

    print_requested = Signal()
    save_requested = Signal()

    def __init__(self) -> None:
        super().__init__("3　恢复单", recovery_sheet.ADVICE)
        self._key = ""
        self.lines = QLabel()
        self.lines.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.lines.setObjectName("recovery")
        self.body.addWidget(self.lines)
        row = QHBoxLayout()
        row.addWidget(button("打印", self.print_requested.emit))
        row.addWidget(button("存成PDF", self.save_requested.emit))
        row.addStretch()
        self.body.addLayout(row)
        self.proof = QLineEdit()
        without_input_method(self.proof)
        self.proof.setMaximumWidth(self.fontMetrics().horizontalAdvance("汉") * 8)
        self.proof.textChanged.connect(self.changed)
        form = QFormLayout()
        form.addRow("请输入恢复单第2行前4个字，确认已拿到", self.proof)
        self.body.addLayout(form)
        self.body.addWidget(quiet("没有打印机？请先手抄下来，照样能用。"))
        self.body.addStretch()

    def set_key(self, recovery_key: str) -> None:
        self._key = recovery_key
        lines = recovery_sheet.key_lines(recovery_key)
        self.lines.setText("\n".join(f"第{n}行　{line}" for n, line in enumerate(lines, 1)))
        self.lines.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def key(self) -> str:
        return self._key

    def problem(self) -> str:
        """Return what is missing, "" if the sheet is at hand."""
        if recovery_sheet.is_proof(self._key, self.proof.text()):
            return ""
        return "请输入第2行前4个字。"
