// Negative sampling for B pairs in C++, behind pybind11. What comes in is taken as it is: an array of another dtype or with
// gaps is refused, never converted. Unlike losses.c it gives one row of grad_U for each row that is named: the caller adds.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cmath>

namespace py = pybind11;
// Without py::array::forcecast, array_t's default: with it the float overload takes a double array with gaps, and casts it.
using Ints = py::array_t<std::int64_t, py::array::c_style>;

template <typename Real>
using Reals = py::array_t<Real, py::array::c_style>;

template <typename Real>
py::tuple negative_sampling(const Reals<Real> &centers, const Ints &rows, const Reals<Real> &U) {
    const py::ssize_t B = rows.shape(0), n = rows.shape(1), d = U.shape(1);
    Reals<Real> losses(B), grad_centers({B, d}), values({B * n, d});
    auto c = centers.template unchecked<2>();
    auto r = rows.unchecked<2>();
    auto u = U.template unchecked<2>();
    auto loss = losses.template mutable_unchecked<1>();
    auto grad_center = grad_centers.template mutable_unchecked<2>();
    auto value = values.template mutable_unchecked<2>();
    py::gil_scoped_release release;
    for (py::ssize_t b = 0; b < B; b++) {
        loss(b) = 0;
        for (py::ssize_t i = 0; i < d; i++)
            grad_center(b, i) = 0;
        for (py::ssize_t k = 0; k < n; k++) {
            Real logit = 0;
            for (py::ssize_t i = 0; i < d; i++)
                logit += u(r(b, k), i) * c(b, i);
            const Real sign = k == 0 ? -1 : 1, against = sign * logit;
            const Real decay = std::exp(-std::abs(against));  // exp(710) overflows a double, exp(89) a float
            loss(b) += std::max(against, Real(0)) + std::log1p(decay);
            const Real slope = sign * (against > 0 ? Real(1) : decay) / (1 + decay);
            for (py::ssize_t i = 0; i < d; i++) {
                grad_center(b, i) += slope * u(r(b, k), i);
                value(b * n + k, i) = slope * c(b, i);
            }
        }
    }
    py::gil_scoped_acquire acquire;
    return py::make_tuple(losses, grad_centers, values);
}

PYBIND11_MODULE(fused, module) {
    module.def("negative_sampling", &negative_sampling<float>, py::arg("centers").noconvert(),
               py::arg("rows").noconvert(), py::arg("U").noconvert());
    module.def("negative_sampling", &negative_sampling<double>, py::arg("centers").noconvert(),
               py::arg("rows").noconvert(), py::arg("U").noconvert());
}
