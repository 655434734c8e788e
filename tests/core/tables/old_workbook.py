"""A small XLS workbook (gzip, base64): no library at hand writes this format any more."""

XLS = (
    "H4sIAAAAAAACA+1YTUhUURT+7ntvnHHyZzQVNFARsvIHnNq00cmwpIWDWdAvleakYYwxhGRGWia4CYRoUbgRLGhjue"
    "mHEmoXFCgFBUHgJELQpqCyhfo658x7pmbggAnG+4Z77j3fPfe8e+fcv/fGRtPGB4ZzoliECuiYNRORMI9TlBJtxQeq"
    "N00u2rmHkulgTSHRQ4FMcOFJ8is3x5DjHYWG+8ZzksBHSkdxFsHWcCh/FbFT+lCvuA/lJBX6iUlBtvQqXeRJketF3h"
    "PLpyJ3CHNNZDnZjqvDGA0Ei7Zbs/igViB1KWC/D6XNe2H8yMQLnsWdfSpm60Jl5HT9mTVWkWskYRAU0OpQOBRhPRW3"
    "4QUOEUprakqrqsaRQcEexHczH/hmr+pn+Q6/urwC8T8X8u6/8B4K4mL+umYAXTBPyCLpQRL2GFyjqeZeP6bRgHWkcX"
    "JBfer7EQyfmmxq7iXjrM6pfQZUx8XiuomgOk9M8v4v7cSwxWQor4mYkSN3jtHCqPS7gDJ/WZmfuBvBt23MbdWh+puG"
    "2oY7vHwwyEbiW7CRJMsCSyLZiFQpp8ky89FIpu9+fV3TUBs4LkyXHB6xI2YjjwgmLnMLapwiNTIoGgNQJC2KRV4Rrx"
    "uknCMyg2woL6zNtAq7u8XmqtQW0nO2Cd4ENs0rb6Zyz+e9j3J7JgJbqDxUHb2QMfQuMIACOvIaqT3/ulGiStStm4zH"
    "ATtX1nb0QWT2H1uTR/NZYzOtczQVM7wYCWki2ULJ6BZaKLFgGdPs/y+maaTpc5pOmjGnGaS5LM/aEp418Zxg2cci45"
    "7T2DPHY0RGppPMGWPupcSBfepL+NTFJ18QLmmssc+2PFh13N5r+dTFZ674nFLss0JLxwPuFG3ev+GFAwcOHDhw4MCB"
    "gxUGXy753qVbV2yXdXV3W991ZijNOp9J/lvUoZV+5+ilchfClEfQHtf8yYJL2b7UMtvY3wsZB+jpEbTQayr3oyXu+U"
    "svKGr+eJbd0LdySyje58/G089//PxfFpa6BAAWAAA="
)
