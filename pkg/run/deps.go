package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Platform is what services run on. It is the same for one process with everything inside and for
// one of many.
type Platform struct {
	Logs *es.Conn
	// DatabaseURL of PostgreSQL, as libpq reads it.
	DatabaseURL string
	Blob        *blob.Store
	// Work is a folder for temporary files.
	Work    string
	Logger  *slog.Logger
	Version string
	Config  Config
}

// Deps is what the handlers of one service work with.
type Deps struct {
	Platform
	// Service is the name of the service.
	Service string
	// DB sees the tables of the service's projections, and of the vault as vault.<table>.
	DB         *pgxpool.Pool
	projectors []*es.Projector
	// deciding lets the commands of this process decide about an aggregate one after the other.
	deciding keyedMutex
}

// Append writes a fact of the owner to its log.
func (d *Deps) Append(ctx context.Context, owner string, e events.Event, opts ...es.Option) (es.Position, error) {
	return d.Logs.Append(ctx, owner, e, opts...)
}

// WaitFor returns when the service's own tables have come to the position.
func (d *Deps) WaitFor(ctx context.Context, p es.Position) error {
	for _, projector := range d.projectors {
		if err := projector.WaitFor(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// decisions bounds how often a command decides anew because another process was quicker.
const decisions = 20

// Decide appends what decide answers about one aggregate, whose facts are on FACTS. When decide is
// called, the service's own tables have come to the aggregate's newest event; if the aggregate moves
// on before the append, it decides again. A nil event means that there is nothing to do. A call that
// is guarded with another version of the aggregate is refused with fault.Precondition.
func (d *Deps) Decide(ctx context.Context, owner, aggregate, id string, decide func(context.Context) (events.Event, error), opts ...es.Option) (es.Position, error) {
	defer d.deciding.lock(owner + "/" + aggregate + "/" + id)()
	for range decisions {
		version, err := d.Logs.Version(ctx, events.Facts, owner, aggregate, id)
		if err != nil {
			return es.Position{}, err
		}
		if err := api.CheckVersion(ctx, aggregate, id, version.Seq); err != nil {
			return es.Position{}, err
		}
		if err := d.WaitFor(ctx, version); err != nil {
			return es.Position{}, err
		}
		e, err := decide(ctx)
		if err != nil || e == nil {
			return es.Position{}, err
		}
		p, err := d.Append(ctx, owner, e, append(opts, es.Expect(version.Seq))...)
		if conflict := (*es.ConflictError)(nil); !errors.As(err, &conflict) {
			return p, err
		}
	}
	return es.Position{}, fault.New(fault.Conflict, "others keep changing this at the same moment; try again")
}

// Tables connects to the tables of the service's projections, and of the vault as vault.<table>.
func (p Platform) Tables(ctx context.Context, s Service) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(p.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	path := []string{}
	for _, projection := range s.Projections {
		path = append(path, pgx.Identifier{projection.Schema()}.Sanitize())
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = strings.Join(append(path, "public"), ", ")
	cfg.ConnConfig.RuntimeParams["application_name"] = "afterglow " + s.Name
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		// A time is the same everywhere, also for those who read it as text.
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	return pool, nil
}

// open connects the service to its tables, which are made if they are not there.
func open(ctx context.Context, p Platform, s Service) (*Deps, error) {
	d := &Deps{Platform: p, Service: s.Name}
	d.Logger = p.Logger.With("service", s.Name)
	var err error
	if d.DB, err = p.Tables(ctx, s); err != nil {
		return nil, err
	}
	if err := Migrate(ctx, p.DatabaseURL, s, newest); err != nil {
		d.DB.Close()
		return nil, err
	}
	for _, projection := range s.Projections {
		projector := es.NewProjector(p.Logs, d.DB, projection)
		if err := projector.Prepare(ctx); err != nil {
			d.DB.Close()
			return nil, err
		}
		d.projectors = append(d.projectors, projector)
	}
	return d, nil
}
