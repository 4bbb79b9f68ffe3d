/*
 * A request as one JSON object, for `--status --json` and for the delivery account.
 */
#ifndef JITSU_REQUEST_JSON_H
#define JITSU_REQUEST_JSON_H

#include <jansson.h>

#include "libjit/requests.h"

/* snake_case, RFC 3339 UTC, whole seconds, the command as an array. with_token: with the
 * token that an approver checks. NULL: no memory. */
json_t *request_json(const struct jit_open_request *request, bool with_token);

/* Counts who said yes. */
uint32_t request_have(const struct jit_open_request *request);

/* A vector as an array. */
json_t *strv_json(const struct jit_strv *strv);

/* Prints an object and takes it over. False: it could not be written. */
bool json_print(json_t *object);

#endif
