#include "formats/narrowgauge.h"

const char *ng_library_version(void)
{
    return NG_VERSION;
}
