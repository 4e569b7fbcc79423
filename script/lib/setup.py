"""Install what the platform and its tests need."""

import sys

import environment
from messages import CommandError, report, say


def main() -> int:
    try:
        environment.enter(development=True)
    except CommandError as error:
        report(error)
        return 1
    except KeyboardInterrupt:
        return 130
    say("已就绪：script/server 启动平台，script/test 运行全部检查与测试")
    return 0


if __name__ == "__main__":
    sys.exit(main())
