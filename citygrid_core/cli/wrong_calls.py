"""Wrong calls in Chinese: click says them in English only, whatever language was asked for."""

from __future__ import annotations

import re

import click

from citygrid_core.cli.language import Said, current
from citygrid_core.errors import Text

#: Click's messages as it writes them, and ours. What stands in a name is kept, or said by
#: this table in its turn (``rest``).
_SAID = (
    ("Invalid value for {name}: {rest}", "{name} 的值无效：{rest}"),
    ("Invalid value: {rest}", "值无效：{rest}"),
    ("Missing argument {name}. {rest}", "缺少参数 {name}。{rest}"),
    ("Missing argument {name}.", "缺少参数 {name}。"),
    ("Missing option {name}. {rest}", "缺少选项 {name}。{rest}"),
    ("Missing option {name}.", "缺少选项 {name}。"),
    ("Missing parameter {name}.", "缺少参数 {name}。"),
    ("Missing command.", "缺少命令。"),
    ("Choose from: {choices}", "可选：{choices}"),
    ("No such option {name}. {rest}", "没有选项 {name}。{rest}"),
    ("No such option {name}.", "没有选项 {name}。"),
    ("No such option: {name} {rest}", "没有选项 {name}。{rest}"),
    ("No such option: {name}", "没有选项 {name}。"),
    ("No such command {name}. {rest}", "没有命令 {name}。{rest}"),
    ("No such command {name}.", "没有命令 {name}。"),
    ("Did you mean {name}?", "是否为 {name}？"),
    ("(Did you mean one of: {names}?)", "（是否为 {names} 之一？）"),
    ("(Possible options: {names})", "（是否为 {names} 之一？）"),
    ("Option {name} requires an argument.", "选项 {name} 需要一个值。"),
    ("Option {name} requires {count} arguments.", "选项 {name} 需要 {count} 个值。"),
    ("Option {name} does not take a value.", "选项 {name} 不带值。"),
    ("Argument {name} takes {count} values.", "参数 {name} 需要 {count} 个值。"),
    ("Takes {count} values but {given} was given.", "需要 {count} 个值，给出 {given} 个。"),
    ("Takes {count} values but {given} were given.", "需要 {count} 个值，给出 {given} 个。"),
    ("Got unexpected extra argument ({names})", "多余的参数（{names}）"),
    ("Got unexpected extra arguments ({names})", "多余的参数（{names}）"),
    ("{value} is not one of {choices}.", "{value} 不在可选值 {choices} 之中。"),
    ("{value} is not a valid integer.", "{value} 不是整数。"),
    ("{value} is not a valid integer range.", "{value} 不是整数。"),
    ("{value} is not a valid float.", "{value} 不是数字。"),
    ("{value} is not a valid float range.", "{value} 不是数字。"),
    ("{value} is not a valid boolean. {rest}", "{value} 不是真假值。{rest}"),
    ("Recognized values: {values}", "可用值：{values}"),
    ("{value} is not in the range {range}.", "{value} 不在范围 {range} 之内。"),
    ("{value} does not match the format {format}.", "{value} 不符合格式 {format}。"),
    ("{value} does not match the formats {formats}.", "{value} 不符合格式 {formats}。"),
    ("File {name} does not exist.", "文件 {name} 不存在。"),
    ("Directory {name} does not exist.", "文件夹 {name} 不存在。"),
    ("Path {name} does not exist.", "路径 {name} 不存在。"),
    ("{kind} {name} is a file.", "{name} 是文件，应为文件夹。"),
    ("{kind} {name} is a directory.", "{name} 是文件夹，应为文件。"),
    ("{kind} {name} is not readable.", "{name} 没有读权限。"),
    ("{kind} {name} is not writable.", "{name} 没有写权限。"),
    ("Could not open file {name}: {reason}", "无法打开文件 {name}：{reason}"),
)


def _pattern(message: str) -> re.Pattern[str]:
    """Return what matches a message of click, whatever stands in its names."""
    parts = re.split(r"\{(\w+)\}", message)
    spaced = [re.escape(p).replace(r"\ ", r"\s+") for p in parts[::2]]
    named = [f"(?P<{name}>.+?)" for name in parts[1::2]] + [""]
    return re.compile("".join(a + b for a, b in zip(spaced, named, strict=True)), re.DOTALL)


def _chinese(message: str) -> str:
    """Return a message of click in Chinese; others, which are said by us, as they are."""
    for en, zh in _SAID:
        if found := _pattern(en).fullmatch(message):
            kept = found.groupdict()
            if "rest" in kept:
                kept["rest"] = _chinese(kept["rest"].strip())
            return zh.format(**kept)
    return message


def said(error: click.ClickException) -> Text:
    """Return what is wrong with a call in both languages."""
    message, own = error.format_message(), error.message
    if not isinstance(own, Said):
        return Text(message, _chinese(message))
    en, zh = (message.replace(own, text) for text in own.both)  # click may say where it is wrong
    return Text(en, _chinese(zh))


def show(error: click.ClickException) -> None:
    """Say on stderr how the command is called and what is wrong, in the language chosen."""
    if current() == "en" or isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        usage = context.get_usage().replace("Usage:", "用法：", 1)
        click.echo(usage, err=True)
        if options := context.command.get_help_option_names(context):
            longest = max(options, key=len)
            click.echo(f"请用 {context.command_path} {longest} 查看帮助。", err=True)
        click.echo(err=True)
    click.echo(f"错误：{said(error).zh}", err=True)
