package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cluster is PostgreSQL's data folder on the disk.
type cluster struct {
	dir     string
	account *syscall.Credential // whose it is; nil: this process's
	log     *os.File
	durable bool
}

// folders are a cluster and the folder of its socket, open. The server gets them as descriptors 3 and 4
// and reaches them through /proc/self/fd: that needs no right to enter the folders above, which the
// unprivileged account does not have when the installation is in, say, /root.
type folders []*os.File

const (
	dataFolder   = "/proc/self/fd/3"
	socketFolder = "/proc/self/fd/4"
)

func openFolders(names ...string) (folders, error) {
	var open folders
	for _, name := range names {
		folder, err := os.Open(name)
		if err != nil {
			open.close()
			return nil, err
		}
		open = append(open, folder)
	}
	return open, nil
}

func (f folders) close() {
	for _, folder := range f {
		_ = folder.Close()
	}
}

// make makes the cluster unless it is there, and returns the folder of the programs that fit it.
func (c *cluster) make(ctx context.Context) (programs string, err error) {
	version, err := os.ReadFile(filepath.Join(c.dir, "PG_VERSION"))
	if err == nil {
		return programsOf(strings.TrimSpace(string(version)))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if programs, err = programsOf(""); err != nil {
		return "", err
	}
	// An initdb that was cut short leaves the folder with this name only, never a half-done cluster.
	unfinished := &cluster{dir: c.dir + ".new", account: c.account}
	if err := unfinished.stopLeftover(ctx); err != nil {
		return "", err
	}
	if err := os.RemoveAll(unfinished.dir); err != nil {
		return "", err
	}
	if err := makeFolder(unfinished.dir); err != nil {
		return "", err
	}
	if err := give(unfinished.dir, c.account); err != nil {
		return "", err
	}
	open, err := openFolders(unfinished.dir)
	if err != nil {
		return "", err
	}
	defer open.close()
	arguments := []string{
		"--username=" + postgresRole, "--auth=trust", "--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "--no-instructions",
	}
	if c.durable {
		arguments = append(arguments, "--data-checksums")
	} else {
		arguments = append(arguments, "--no-sync")
	}
	if err := c.initdb(ctx, unfinished.command(filepath.Join(programs, "initdb"), open, arguments...)); err != nil {
		return "", err
	}
	if err := os.Rename(unfinished.dir, c.dir); err != nil {
		return "", err
	}
	return programs, nil
}

// initdb runs the command until it ends or ctx does.
func (c *cluster) initdb(ctx context.Context, cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	once := &child{
		name: "initdb", command: func() *exec.Cmd { return cmd },
		soft: syscall.SIGTERM, hard: syscall.SIGKILL, patience: 10 * time.Second, // it ends after the step it is at
	}
	once.start()
	select {
	case <-once.done:
	case <-ctx.Done():
		once.Stop()
		return ctx.Err()
	}
	if err := once.failure(); err != nil {
		return tellFullDisk(fmt.Errorf("making a new cluster: %w\n%s", err, said.String()))
	}
	return nil
}

// command runs one of PostgreSQL's programs on the cluster.
func (c *cluster) command(program string, open folders, arguments ...string) *exec.Cmd {
	cmd := exec.Command(program, append([]string{"-D", dataFolder}, arguments...)...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.ExtraFiles = open
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account}
	return cmd
}

// settings are the arguments of the server. They win over postgresql.conf, so a cluster that an earlier
// version made gets them too.
func (c *cluster) settings() []string {
	pairs := []string{
		"listen_addresses=", "port=5432", "unix_socket_directories=" + socketFolder, "unix_socket_permissions=0700",
		"max_connections=200", "shared_buffers=128MB", "jit=off", "timezone=UTC", "log_timezone=UTC",
		"logging_collector=off", "log_destination=stderr", "log_line_prefix=%m [%p] ",
		"synchronous_commit=on",
	}
	if c.durable {
		pairs = append(pairs, "fsync=on", "full_page_writes=on")
	} else {
		pairs = append(pairs, "fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
	}
	var arguments []string
	for _, pair := range pairs {
		arguments = append(arguments, "-c", pair)
	}
	return arguments
}

// ready tells whether the server says that it lets clients in.
func (c *cluster) ready() bool {
	file, _ := os.ReadFile(filepath.Join(c.dir, "postmaster.pid"))
	lines := strings.Split(string(file), "\n")
	return len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
}

// stopLeftover ends the server of an earlier run. Without its parent, a killed server's sessions end by
// themselves, but only after what they do at that moment.
func (c *cluster) stopLeftover(ctx context.Context) error {
	var postmaster process
	if file, err := os.ReadFile(filepath.Join(c.dir, "postmaster.pid")); err == nil {
		line, _, _ := strings.Cut(string(file), "\n")
		pid, _ := strconv.Atoi(strings.TrimSpace(line))
		postmaster = process(pid)
	}
	list := func() []process {
		return workingIn(c.dir, func(p process) bool {
			program, err := os.Readlink(p.file("exe"))
			return err == nil && strings.HasPrefix(filepath.Base(program), "postgres")
		})
	}
	if err := stopLeftovers(ctx, "postgres", list, postmaster, syscall.SIGINT, syscall.SIGQUIT); err != nil {
		return err
	}
	// Nothing runs here any more. A number that now belongs to another process would stop the start.
	if err := os.Remove(filepath.Join(c.dir, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
