"""The allocator of the C library, told to keep what PyTorch frees."""

import ctypes
import platform

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc


def keep_freed_memory() -> bool:
    """Let this process keep freed memory for its next tensors; whether the system knows how (glibc alone does).

    Otherwise large tensors come as fresh pages each time, and touching those first takes a tenth of a second-order
    meta-step, and more of larger ones. For programs that train; the memory returns to the system when they end.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(M_MMAP_THRESHOLD, 1 << 30)) and bool(mallopt(M_TRIM_THRESHOLD, 2**31 - 1))
