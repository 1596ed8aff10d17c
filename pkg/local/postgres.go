package local

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// longestSocket is how many bytes the path of a unix socket may have.
const longestSocket = 107

// PostgresOptions say how to start PostgreSQL. The zero value is a server for tests.
type PostgresOptions struct {
	Durable bool // what is committed survives a power cut
}

// Postgres is a PostgreSQL server with pgvector, as a child process that is kept running. It listens on
// a unix socket alone.
type Postgres struct {
	child    *child
	data     cluster
	socket   string        // folder
	patience time.Duration // with a server that says that it is ready and cannot be reached
	cleanup  []func()
}

// StartPostgres starts the newest PostgreSQL of this machine on the cluster in dir, which is made at
// the first start, and returns when the database answers. dir may be anywhere, also in a folder that
// the unprivileged account which PostgreSQL runs as under root cannot enter.
func StartPostgres(ctx context.Context, dir string, o PostgresOptions) (_ *Postgres, err error) {
	p := &Postgres{patience: 30 * time.Second}
	defer func() {
		if err != nil {
			err = fmt.Errorf("starting PostgreSQL in %s: %w", dir, err)
			p.Stop()
		}
	}()
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	if p.socket, err = p.socketFolder(dir, account); err != nil {
		return nil, err
	}
	log, err := openLog(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	p.cleanup = append(p.cleanup, func() { _ = log.Close() })
	p.data = cluster{dir: filepath.Join(dir, "data"), account: account, log: log, durable: o.Durable}
	if err := p.data.stopLeftover(ctx); err != nil {
		return nil, err
	}
	programs, err := p.data.make(ctx)
	if err != nil {
		return nil, err
	}
	folders, err := openFolders(p.data.dir, p.socket)
	if err != nil {
		return nil, err
	}
	p.cleanup = append(p.cleanup, folders.close)

	p.child = &child{
		name: "postgres",
		disk: dir,
		command: func() *exec.Cmd {
			cmd := p.data.command(filepath.Join(programs, "postgres"), folders, p.data.settings()...)
			cmd.Stdout, cmd.Stderr = log, log
			return cmd
		},
		soft:     syscall.SIGINT,  // "fast shutdown": ends the sessions, writes everything
		hard:     syscall.SIGQUIT, // "immediate shutdown": the next start recovers from the write-ahead log
		patience: 30 * time.Second,
	}
	p.child.start()
	if err := p.prepare(ctx); err != nil {
		if ended(p.child.done) {
			err = endedEarly(p.child, log)
		}
		return nil, err
	}
	p.child.setReady()
	return p, replaceFile(filepath.Join(dir, addressFile), p.URL()+"\n")
}

// PID is the process of the server; another one after it died and was started again.
func (p *Postgres) PID() int { return p.child.pid() }

// Done is closed when there is no server any more: after Stop, or when it keeps dying.
func (p *Postgres) Done() <-chan struct{} { return p.child.done }

// Stop ends all sessions, has everything written and waits until the server is gone.
func (p *Postgres) Stop() {
	if p.child != nil {
		p.child.Stop()
	}
	for _, clean := range p.cleanup {
		clean()
	}
	p.cleanup = nil
}

// socketFolder makes the folder of the socket: in dir, or when an address cannot hold it, because its
// name is too long or has the comma that separates hosts, a temporary one. Not $XDG_RUNTIME_DIR, which
// a logout removes.
func (p *Postgres) socketFolder(dir string, account *syscall.Credential) (folder string, err error) {
	folder = filepath.Join(dir, "socket")
	if len(folder+"/.s.PGSQL.5432") <= longestSocket && !strings.Contains(folder, ",") {
		err = makeFolder(folder)
	} else if folder, err = os.MkdirTemp("/tmp", "afterglow-"); err == nil {
		p.cleanup = append(p.cleanup, func() { _ = os.RemoveAll(folder) })
	}
	if err != nil {
		return "", err
	}
	return folder, give(folder, account)
}
