package local

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The one role and the one database of the local cluster. Who may enter the socket's folder may connect.
const (
	postgresRole     = "afterglow"
	postgresDatabase = "afterglow"
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
	return p, nil
}

// URL is the address of the database for pgx and libpq.
func (p *Postgres) URL() string { return p.url(postgresDatabase) }

func (p *Postgres) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(postgresRole), Path: "/" + database}
	query := url.Values{"host": {p.socket}, "port": {"5432"}, "sslmode": {"disable"}}.Encode()
	u.RawQuery = strings.ReplaceAll(query, "+", "%20") // libpq knows no other space
	return u.String()
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

// prepare waits until the server answers, makes the database and installs pgvector in it.
func (p *Postgres) prepare(ctx context.Context) error {
	ctx, cancel := p.child.whileRunning(ctx)
	defer cancel()
	conn, err := p.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	var there, available bool
	err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1),
		exists (select from pg_available_extensions where name = 'vector')`, postgresDatabase).Scan(&there, &available)
	if err != nil {
		return fmt.Errorf("looking for the database: %w", err)
	}
	if !available {
		return errors.New(`this PostgreSQL has no pgvector: run "make setup", which installs it`)
	}
	if !there {
		if _, err := conn.Exec(ctx, "create database "+pgx.Identifier{postgresDatabase}.Sanitize()); err != nil {
			return fmt.Errorf("making the database: %w", err)
		}
	}
	own, err := p.connect(ctx, postgresDatabase)
	if err != nil {
		return err
	}
	defer func() { _ = own.Close(ctx) }()
	if _, err := own.Exec(ctx, "create extension if not exists vector"); err != nil {
		return fmt.Errorf("installing pgvector in the database: %w", err)
	}
	return nil
}

// connect tries until the server, which may be recovering for long, lets it in or refuses, or has been
// ready for a while and still cannot be reached.
func (p *Postgres) connect(ctx context.Context, database string) (conn *pgx.Conn, err error) {
	var ready time.Time
	poll(ctx, func() bool {
		conn, err = pgx.Connect(ctx, p.url(database))
		refusal, refused := errors.AsType[*pgconn.PgError](err)
		if err == nil || refused && refusal.Code != "57P03" { // "cannot connect now"
			return true
		}
		if ready.IsZero() && p.data.ready() {
			ready = time.Now()
		}
		if ready.IsZero() || time.Since(ready) < p.patience {
			return false
		}
		err = fmt.Errorf("the server says that it is ready, but cannot be reached at %s: %w", p.socket, err)
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to the database %s: %w", database, err)
	}
	return conn, nil
}

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// openLog opens the log of a child; one that has grown over 16 MiB is put aside first.
func openLog(name string) (*os.File, error) {
	if info, err := os.Stat(name); err == nil && info.Size() > 16<<20 {
		if err := os.Rename(name, name+".1"); err != nil {
			return nil, fmt.Errorf("putting the log aside: %w", err)
		}
	}
	log, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	return log, nil
}

// endedEarly tells why a child ended before it was ready: how, and the last lines of its log.
func endedEarly(c *child, log *os.File) error {
	reason := c.failure()
	if reason == nil {
		reason = errors.New("it ended by itself")
	}
	text, _ := os.ReadFile(log.Name())
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	last := strings.Join(lines[max(0, len(lines)-10):], "\n")
	return tellFullDisk(fmt.Errorf("%w; the end of %s:\n%s", reason, log.Name(), last))
}

// tellFullDisk says it first when the words of a program in the error are those of a full disk.
func tellFullDisk(err error) error {
	if strings.Contains(err.Error(), "No space left on device") {
		return fmt.Errorf("the disk is full; make room and start again: %w", err)
	}
	return err
}
