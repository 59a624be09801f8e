// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdbool.h>

// Whether `pem` contains at least one certificate and no truncated block. Reads it the way libcurl does.
static inline bool copenssl_has_certificates(const void *_Nonnull pem, long length) {
  BIO *bio = BIO_new_mem_buf(pem, (int)length);
  if (bio == NULL) return false;
  STACK_OF(X509_INFO) *infos = PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL);
  int certificates = 0;
  for (int i = 0; infos != NULL && i < sk_X509_INFO_num(infos); i++)
    if (sk_X509_INFO_value(infos, i)->x509 != NULL) certificates++;
  sk_X509_INFO_pop_free(infos, X509_INFO_free);
  BIO_free(bio);
  ERR_clear_error();
  return certificates > 0;
}

// The result of copenssl_check_pair.
enum copenssl_pair {
  COPENSSL_PAIR_OK,
  COPENSSL_PAIR_NO_CERTIFICATE,
  COPENSSL_PAIR_NO_KEY,
  COPENSSL_PAIR_MISMATCH,
};

// A passphrase callback that fails. Without it, OpenSSL would prompt on the terminal.
static inline int copenssl_no_passphrase(char *buffer, int size, int is_writing, void *context) {
  (void)buffer, (void)size, (void)is_writing, (void)context;
  return -1;
}

// Checks that `key` matches the first certificate in `certificate`; both are PEM.
static inline enum copenssl_pair copenssl_check_pair(const void *_Nonnull certificate, long certificate_length,
                                                     const void *_Nonnull key, long key_length) {
  enum copenssl_pair result = COPENSSL_PAIR_NO_CERTIFICATE;
  BIO *certificate_bio = BIO_new_mem_buf(certificate, (int)certificate_length);
  BIO *key_bio = BIO_new_mem_buf(key, (int)key_length);
  X509 *x509 = certificate_bio ? PEM_read_bio_X509_AUX(certificate_bio, NULL, copenssl_no_passphrase, NULL) : NULL;
  EVP_PKEY *pkey = key_bio ? PEM_read_bio_PrivateKey(key_bio, NULL, copenssl_no_passphrase, NULL) : NULL;
  if (x509 != NULL && copenssl_has_certificates(certificate, certificate_length)) {
    if (pkey == NULL)
      result = COPENSSL_PAIR_NO_KEY;
    else
      result = X509_check_private_key(x509, pkey) == 1 ? COPENSSL_PAIR_OK : COPENSSL_PAIR_MISMATCH;
  }
  EVP_PKEY_free(pkey);
  X509_free(x509);
  BIO_free(key_bio);
  BIO_free(certificate_bio);
  ERR_clear_error();
  return result;
}
