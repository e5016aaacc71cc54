"""Converts one plan by MPXJ: python -P mpp_convert.py IN.mpp OUT.xml; run by office.mpp, in a process of its own."""

import sys


def main(source: str, target: str) -> None:
    import jpype  # type: ignore[import-not-found,unused-ignore]
    import mpxj  # type: ignore[import-not-found,unused-ignore]  # noqa: F401  puts its jars on the class path

    try:
        jpype.startJVM(
            "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory"
        )
    except jpype.JVMNotFoundException:
        sys.exit("Java was not found. Install a Java runtime, or set JAVA_HOME")
    from org.mpxj.mspdi import MSPDIWriter  # type: ignore[import-not-found,unused-ignore]
    from org.mpxj.reader import UniversalProjectReader  # type: ignore[import-not-found,unused-ignore]

    try:
        plan = UniversalProjectReader().read(source)
        if plan is None:
            sys.exit("MPXJ finds no plan in it")
        writer = MSPDIWriter()
        writer.setWriteTimephasedData(True)  # it tells where a task is split
        writer.write(plan, target)
    except jpype.JException as error:
        sys.exit(f"MPXJ says: {error.message() or error}".splitlines()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
