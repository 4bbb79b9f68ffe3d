/*
 * By which door somebody comes: the kind of a PAM service.
 */
#ifndef PAM_JIT_SERVICE_H
#define PAM_JIT_SERVICE_H

enum door {
	DOOR_UNKNOWN = 0, /* not listed and no kind=: a configuration error, refused */
	DOOR_LOGIN,
	DOOR_SWITCH,
	DOOR_SUDO,
	DOOR_NOT_OURS, /* judged elsewhere, or nobody's privilege: PAM_IGNORE */
};

/* The kind of a service that has no kind= on its line. */
enum door service_door(const char *service);

/* `login`, `switch`, `sudo` as written behind kind=; DOOR_UNKNOWN: none of them. */
enum door service_door_from_name(const char *name);

#endif
