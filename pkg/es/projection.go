package es

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Projection is a read model folded from events: pure, exactly once, and rebuilt rather than
// migrated. Its handlers get a transaction and the event, and use no clock, no randomness and no
// network.
type Projection struct {
	// Name of the projection: data, so it never changes. Lower case and underscores.
	Name string
	// Version goes up when the tables or what the handlers write into them changes: the tables are
	// then filled anew from the first event on.
	Version int
	// SQL makes the tables. They live in a PostgreSQL schema of their own.
	SQL string
	// Handle is what is done with which event.
	Handle []Handler[*Tx]
	// Documents are the live documents made from the tables.
	Documents []Document
}

// Querier reads tables: a pool, a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Schema is the name of the PostgreSQL schema that holds the tables of this version.
func (p Projection) Schema() string { return fmt.Sprintf("%s_v%d", p.Name, p.Version) }

// Events are the wire names of the events that the projection reads; "FACTS/*" for a whole log.
func (p Projection) Events() []string { return eventsOf(p.Handle) }

func (p Projection) hash() string {
	sum := sha256.Sum256([]byte(p.SQL))
	return hex.EncodeToString(sum[:])
}

func eventsOf[T any](handlers []Handler[T]) []string {
	var names []string
	for _, h := range handlers {
		if h.Event == "" {
			names = append(names, h.Log+"/*")
		} else {
			names = append(names, h.Event)
		}
	}
	return names
}
