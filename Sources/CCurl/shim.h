// SPDX-License-Identifier: Apache-2.0
//
// Wrappers for the parts of libcurl that Swift cannot import: variadic functions, a union, constants of anonymous
// enums. One typed function per kind of option, so that a wrong argument type is a compile error instead of a crash.
#pragma once
#include <curl/curl.h>
#include <pthread.h>
#include <stdbool.h>

// CURLOPT_PROTOCOLS_STR needs 7.85, CURLOPT_QUICK_EXIT 7.87. Without the latter, removing a transfer whose host name is
// being resolved blocks the thread, and all other transfers, until the name server responds.
#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87.0 or newer is required"
#endif

// curl_easy_setopt is variadic: a `long`, not an `int`, must be passed for numbers.
static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

// curl_easy_setopt is variadic: sizes are `curl_off_t`.
static inline CURLcode ccurl_set_off(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}

// curl_easy_setopt is variadic: libcurl copies strings; NULL resets the option.
static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *_Nullable value) {
  return curl_easy_setopt(easy, option, value);
}

// curl_easy_setopt is variadic: data pointers are passed to callbacks, or copied (CURLOPT_COPYPOSTFIELDS).
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, const void *_Nullable value) {
  return curl_easy_setopt(easy, option, value);
}

// curl_easy_setopt is variadic: lists are kept by reference and must outlive the transfer.
static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *_Nullable value) {
  return curl_easy_setopt(easy, option, value);
}

// curl_easy_setopt is variadic: libcurl copies the bytes of a blob.
static inline CURLcode ccurl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
  return curl_easy_setopt(easy, option, &blob);
}

// curl_easy_setopt is variadic: a share handle, or NULL to detach from the current one.
static inline CURLcode ccurl_set_share(CURL *easy, CURLSH *_Nullable share) {
  return curl_easy_setopt(easy, CURLOPT_SHARE, share);
}

// curl_share_setopt is variadic: a kind of data that handles share.
static inline CURLSHcode ccurl_share_data(CURLSH *share, curl_lock_data data) {
  return curl_share_setopt(share, CURLSHOPT_SHARE, data);
}

// curl_easy_setopt is variadic: body and header callbacks have one type.
static inline CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback value) {
  return curl_easy_setopt(easy, option, value);
}

// curl_easy_setopt is variadic: the buffer of CURL_ERROR_SIZE bytes is kept by reference.
static inline CURLcode ccurl_set_error_buffer(CURL *easy, char *_Nullable buffer) {
  return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, buffer);
}

// curl_multi_setopt is variadic: numbers are `long`.
static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

// curl_easy_getinfo is variadic: writes a `long`.
static inline CURLcode ccurl_info_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

// curl_easy_getinfo is variadic: writes a `curl_off_t`.
static inline CURLcode ccurl_info_off(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}

// curl_easy_getinfo is variadic: writes the pointer set by CURLOPT_PRIVATE.
static inline CURLcode ccurl_info_private(CURL *easy, void *_Nullable *_Nonnull value) {
  return curl_easy_getinfo(easy, CURLINFO_PRIVATE, value);
}

// CURLMsg contains a union. Removes the next finished transfer from the queue; returns false if there is none.
static inline bool ccurl_next_done(CURLM *multi, CURL *_Nullable *_Nonnull easy, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    *easy = message->easy_handle;
    *result = message->data.result;
    return true;
  }
  return false;
}

// Macros and members of anonymous enums, which Swift imports with varying types or not at all.
static inline long ccurl_http_version_1_1(void) { return CURL_HTTP_VERSION_1_1; }
static inline long ccurl_http_version_2_tls(void) { return CURL_HTTP_VERSION_2TLS; }
static inline long ccurl_pipe_multiplex(void) { return CURLPIPE_MULTIPLEX; }
static inline long ccurl_tls_1_2(void) { return CURL_SSLVERSION_TLSv1_2; }
static inline long ccurl_tls_1_3(void) { return CURL_SSLVERSION_TLSv1_3; }
static inline const char *_Nullable ccurl_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }
static inline CURLcode ccurl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

// glibc declares this only with _GNU_SOURCE, which a module map cannot set for a header that is already included.
extern int pthread_setname_np(pthread_t thread, const char *name);
static inline void ccurl_name_this_thread(const char *name) { (void)pthread_setname_np(pthread_self(), name); }
