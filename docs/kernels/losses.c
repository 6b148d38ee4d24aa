/* Two losses and their gradients in C99, compiled once for each type: -DREAL=float and -DREAL=double. Matrices are stored
   row by row and without gaps; the caller has checked every index. <tgmath.h> makes exp of a float expf. */
#include <stdint.h>
#include <tgmath.h>

static REAL dot(const REAL *a, const REAL *b, int64_t d) {
    REAL sum = 0;
    #pragma omp simd reduction(+:sum)
    for (int64_t i = 0; i < d; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Negative sampling for B pairs. rows (B, n): the outside word of each pair, then its negatives. slots (B, n): the rows of
   values (touched words, d) in which their gradients are added up. grad_centers (B, d) and values come in as zeros. */
void negative_sampling(int64_t B, int64_t n, int64_t d, const REAL *centers, const int64_t *rows, const int64_t *slots,
                       const REAL *U, REAL *losses, REAL *grad_centers, REAL *values) {
    for (int64_t b = 0; b < B; b++) {
        const REAL *center = centers + b * d;
        REAL *grad_center = grad_centers + b * d, loss = 0;
        for (int64_t k = 0; k < n; k++) {
            const REAL *u = U + rows[b * n + k] * d;
            REAL *value = values + slots[b * n + k] * d;
            REAL logit = dot(u, center, d), margin = k == 0 ? logit : -logit;
            REAL decay = exp(-fabs(margin)); /* never exp(margin): exp(710) overflows a double, exp(89) a float */
            REAL slope = (margin < 0 ? 1 : decay) / (1 + decay);
            slope = k == 0 ? -slope : slope;
            loss += fmax(-margin, 0) + log1p(decay);
            for (int64_t i = 0; i < d; i++) {
                grad_center[i] += slope * u[i];
                value[i] += slope * center[i];
            }
        }
        losses[b] = loss;
    }
}

/* Naive softmax for one pair; returns the loss. grad_center (d,) comes in as zeros, grad_U (V, d) and probs (V,) as anything. */
REAL naive_softmax(int64_t V, int64_t d, const REAL *center, int64_t outside, const REAL *U, REAL *probs,
                   REAL *grad_center, REAL *grad_U) {
    REAL top = -INFINITY, total = 0;
    for (int64_t w = 0; w < V; w++) {
        probs[w] = dot(U + w * d, center, d);
        top = fmax(top, probs[w]);
    }
    REAL at_outside = probs[outside] - top;
    for (int64_t w = 0; w < V; w++)
        total += probs[w] = exp(probs[w] - top);
    for (int64_t w = 0; w < V; w++) {
        REAL residual = probs[w] / total - (w == outside);
        for (int64_t i = 0; i < d; i++) {
            grad_center[i] += residual * U[w * d + i];
            grad_U[w * d + i] = residual * center[i];
        }
    }
    return log(total) - at_outside;
}
