/*
 * Which kernel bodies may run here, and is the floating-point environment the one that
 * every definition assumes? Both are part of the installed library: narrowgauge.h has the
 * contract.
 */
#ifndef NG_BASE_CPU_H
#define NG_BASE_CPU_H

#include "formats/base/error.h"

#endif
