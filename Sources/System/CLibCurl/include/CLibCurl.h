#pragma once
// libcurl, and its variadic functions once for each type of argument: Swift calls no variadic C function.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*lw_curl_data)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode lw_curl_set_long(CURL *curl, CURLoption option, long value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode lw_curl_set_size(CURL *curl, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode lw_curl_set_text(CURL *curl, CURLoption option, const char *value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode lw_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode lw_curl_set_pointer(CURL *curl, CURLoption option, void *value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode lw_curl_set_data(CURL *curl, CURLoption option, lw_curl_data value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode lw_curl_get_long(CURL *curl, CURLINFO info, long *value) {
  return curl_easy_getinfo(curl, info, value);
}
