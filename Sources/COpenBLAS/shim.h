#include <cblas.h>

// LAPACK, as Fortran compilers name it; matrices are column by column.
// Source: <https://netlib.org/lapack/explore-html/>.
void dgesdd_(
    const char *job, const int *rows, const int *columns, double *a, const int *lda, double *s,
    double *u, const int *ldu, double *vt, const int *ldvt, double *work, const int *work_size,
    int *integers, int *info);
void dgeqrf_(
    const int *rows, const int *columns, double *a, const int *lda, double *tau, double *work,
    const int *work_size, int *info);
void dorgqr_(
    const int *rows, const int *columns, const int *reflectors, double *a, const int *lda,
    const double *tau, double *work, const int *work_size, int *info);
