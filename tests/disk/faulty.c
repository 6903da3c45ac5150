/* A bad disk and a wrong clock, for the one program that is started with this library preloaded.

   Whoever started it steers it through a mapped file of numbers (`struct control`, the same as in faulty.py). Only
   files in one folder are touched: the folder in EVERSTEP_FAULTY_FOLDER, or below it. What happens to them can be
   written down, byte for byte, in the order in which it happened. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
    int64_t write_errno;    /* what every write fails with; 0: none fails */
    int64_t sync_errno;     /* what every fsync fails with */
    int64_t sync_micros;    /* how long every fsync takes longer */
    int64_t clock_millis;   /* how far the clock of the day is off */
    int64_t die_at;         /* SIGKILL before the operation of this number, from 1; 0: never */
    int64_t operations;     /* how many there were */
};

enum kind { WRITE = 1, SYNC = 2, TRUNCATE = 3, UNLINK = 4 };

struct entry {
    int64_t kind, path_bytes, offset, data_bytes;
};

static struct control none, *control = &none;
static char folder[4096];
static int trace = -1;

__attribute__((constructor)) static void begin(void) {
    const char *steer = getenv("EVERSTEP_FAULTY_CONTROL"), *where = getenv("EVERSTEP_FAULTY_FOLDER");
    const char *log = getenv("EVERSTEP_FAULTY_TRACE");
    if (!steer || !where) return;
    snprintf(folder, sizeof folder, "%s", where);
    int fd = syscall(SYS_openat, AT_FDCWD, steer, O_RDWR);
    void *mapped = mmap(0, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED) control = mapped;
    close(fd);
    if (log) trace = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT, 0644);
}

static int is_ours(const char *path) {
    size_t length = strlen(folder);
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]) && !strstr(path, "-shm");
}

static int path_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

/* Called before each operation on a file of ours. */
static void count(void) {
    int64_t number = __atomic_add_fetch(&control->operations, 1, __ATOMIC_SEQ_CST);
    if (control->die_at && number >= control->die_at) kill(getpid(), SIGKILL);
}

/* Called after each that succeeded. */
static void note(int kind, const char *path, int64_t offset, const void *data, int64_t size) {
    if (trace < 0) return;
    struct entry head = {kind, (int64_t)strlen(path), offset, size};
    size_t total = sizeof head + head.path_bytes + (data ? size : 0);
    char *whole = malloc(total);
    memcpy(whole, &head, sizeof head);
    memcpy(whole + sizeof head, path, head.path_bytes);
    if (data) memcpy(whole + sizeof head + head.path_bytes, data, size);
    syscall(SYS_write, trace, whole, total);
    free(whole);
}

static ssize_t put(int fd, const void *data, size_t size, int64_t offset) {
    char path[4096];
    int ours = path_of(fd, path, sizeof path);
    if (ours) {
        count();
        if (control->write_errno) return errno = control->write_errno, -1;
        if (offset < 0 && trace >= 0) {
            int64_t here = lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
            ssize_t done = syscall(SYS_write, fd, data, size);
            if (done > 0) note(WRITE, path, here, data, done);
            return done;
        }
    }
    if (offset < 0) return syscall(SYS_write, fd, data, size);
    ssize_t done = syscall(SYS_pwrite64, fd, data, size, offset);
    if (ours && done > 0) note(WRITE, path, offset, data, done);
    return done;
}

ssize_t write(int fd, const void *data, size_t size) { return put(fd, data, size, -1); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return put(fd, data, size, offset); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) { return put(fd, data, size, offset); }

static int synced(int fd, long call) {
    char path[4096];
    if (!path_of(fd, path, sizeof path)) return syscall(call, fd);
    count();
    if (control->sync_micros) usleep(control->sync_micros);
    if (control->sync_errno) return errno = control->sync_errno, -1;
    /* Whether the real disk has it does not matter here, and waiting for it would make the tests slow. */
    int done = trace >= 0 ? 0 : syscall(call, fd);
    if (!done) note(SYNC, path, 0, 0, 0);
    return done;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int cut(int fd, int64_t size) {
    char path[4096];
    if (!path_of(fd, path, sizeof path)) return syscall(SYS_ftruncate, fd, size);
    count();
    if (control->write_errno) return errno = control->write_errno, -1;
    int done = syscall(SYS_ftruncate, fd, size);
    if (!done) note(TRUNCATE, path, size, 0, 0);
    return done;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }

int unlink(const char *name) {
    if (!is_ours(name)) return syscall(SYS_unlinkat, AT_FDCWD, name, 0);
    count();
    int done = syscall(SYS_unlinkat, AT_FDCWD, name, 0);
    if (!done) note(UNLINK, name, 0, 0, 0);
    return done;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(which, now);
    if (which == CLOCK_REALTIME && control->clock_millis) {
        int64_t nanos = now->tv_nsec + control->clock_millis % 1000 * 1000000;
        now->tv_sec += control->clock_millis / 1000 + (nanos >= 1000000000) - (nanos < 0);
        now->tv_nsec = (nanos + 1000000000) % 1000000000;
    }
    return done;
}
