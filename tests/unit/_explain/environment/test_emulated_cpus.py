"""Kernels of other processors."""

from __future__ import annotations

from bis._explain.environment.emulated_cpus import CPUS, kernel_variables, possible_cpus

AVX2 = {"sse4_2", "popcnt", "avx", "avx2", "fma"}


def test_only_what_a_machine_has_instructions_for_is_possible() -> None:
    """A processor with AVX2 and without AVX-512 cannot stand for one that has both; an ARM one for none."""
    assert possible_cpus(AVX2) == ("nehalem", "sandybridge", "haswell", "zen")
    assert possible_cpus(AVX2 | {"avx512f", "avx512cd", "avx512dq", "avx512bw", "avx512vl"})[-1] == "skylakex"
    assert possible_cpus({"asimd", "fp"}) == ()


def test_all_libraries_are_told() -> None:
    """OpenBLAS, PyTorch, oneDNN under both of its names, MKL, and NumPy."""
    assert kernel_variables(CPUS["haswell"], "2.4.6") == {
        "OPENBLAS_CORETYPE": "Haswell",
        "ATEN_CPU_CAPABILITY": "avx2",
        "DNNL_MAX_CPU_ISA": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_CBWR": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    }


def test_numpy_is_told_in_the_words_of_its_version() -> None:
    """Its choices were renamed in 2.4, and Sapphire Rapids came with 1.25; without NumPy it is not told."""
    names = {v: kernel_variables(CPUS["haswell"], v).get("NPY_DISABLE_CPU_FEATURES") for v in ("1.24.0", "2.3.5", "")}
    assert names["1.24.0"] == "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
    assert names["2.3.5"] == f"{names['1.24.0']} AVX512_SPR"
    assert names[""] is None
    assert kernel_variables(CPUS["nehalem"], "1.26.4")["NPY_DISABLE_CPU_FEATURES"].startswith("AVX F16C FMA3 AVX2 ")
    assert "AVX512_SKX" not in kernel_variables(CPUS["skylakex"], "1.26.4")["NPY_DISABLE_CPU_FEATURES"]
