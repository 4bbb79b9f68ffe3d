/*
 * When, where and how eagerly a process runs. Runs as: root. Best effort: where a container
 * forbids one of these, the others help as well.
 */
#include "schedule.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { IO_WHO_PROCESS = 1, IO_NONE = 0 }; /* ioprio_set(2) */

void
schedule_save(struct schedule *ret)
{
	ret->policy = sched_getscheduler(0);
	ret->io = (int)syscall(SYS_ioprio_get, IO_WHO_PROCESS, 0);
	errno = 0;
	ret->nice = getpriority(PRIO_PROCESS, 0);
	ret->known = errno == 0 && ret->policy >= 0 && ret->io >= 0 &&
		sched_getparam(0, &ret->param) == 0 &&
		sched_getaffinity(0, sizeof(ret->cpus), &ret->cpus) == 0;
}

void
schedule_own(void)
{
	static const struct sched_param normal;
	cpu_set_t all;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, &all);
	(void)sched_setscheduler(0, SCHED_OTHER, &normal);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	(void)sched_setaffinity(0, sizeof(all), &all);
	(void)syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, IO_NONE);
}

void
schedule_take(struct schedule *schedule)
{
	int nice = getpriority(PRIO_PROCESS, 0);

	if (nice != 0) {
		schedule->nice = nice;
		(void)setpriority(PRIO_PROCESS, 0, 0);
	}
}

void
schedule_give(const struct schedule *schedule)
{
	if (!schedule->known)
		return;
	(void)sched_setaffinity(0, sizeof(schedule->cpus), &schedule->cpus);
	(void)setpriority(PRIO_PROCESS, 0, schedule->nice);
	(void)sched_setscheduler(0, schedule->policy, &schedule->param);
	(void)syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, schedule->io);
}
