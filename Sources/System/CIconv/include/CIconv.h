#pragma once
// glibc's iconv, which Swift's own C library module does not export.
#include <iconv.h>
