"""The allocator of the C library, told to keep what PyTorch frees, or to give it back."""

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


def give_back_freed_memory() -> bool:
    """Hand freed memory back to the system, and say whether there was any (glibc alone knows how).

    For programs that live on after large tensors, as a notebook's kernel does. Takes some milliseconds.
    """
    return platform.libc_ver()[0] == "glibc" and bool(ctypes.CDLL(None).malloc_trim(0))
