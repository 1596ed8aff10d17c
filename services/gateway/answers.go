package gateway

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

//go:embed vault/*.sql
var vault embed.FS

const (
	// answersKept is how long a repeated request is recognised.
	answersKept = 24 * time.Hour
	// runMargin is how much longer than its timeout a call may run: the service may have to be waited for.
	runMargin = 10 * time.Second
	// runAgain is when to ask again for the answer of a request that still runs.
	runAgain = time.Second
)

// outcome is what is kept of an answer.
type outcome struct {
	Body     json.RawMessage `json:"body,omitempty"`
	Position string          `json:"position,omitempty"`
	Version  uint64          `json:"version,omitempty"`
	Fault    *fault.Error    `json:"fault,omitempty"`
}

// sealOf makes the seal of an answer: who reads the vault, and does not know the key, reads no answer.
func sealOf(scope, key string) (cipher.AEAD, error) {
	secret, err := hkdf.Key(sha256.New, []byte(key), []byte(scope), "afterglow answer", 32)
	if err != nil {
		return nil, fmt.Errorf("sealing an answer: %w", err)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("sealing an answer: %w", err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("sealing an answer: %w", err)
	}
	return seal, nil
}

// claim tells whether this run is the one that answers the key: the first, or, again, the first after
// one that has ended without an answer for good.
func (s *server) claim(ctx context.Context, r *repeatable) (claimed, again bool, err error) {
	if _, err := s.DB.Exec(ctx, `delete from vault.answers where created_at < now() - $1::interval`, answersKept); err != nil {
		return false, false, err
	}
	err = s.DB.QueryRow(ctx, `insert into vault.answers as a (id, request, run, running_until) values ($1, $2, $3, now() + $4::interval)
		on conflict (id) do update set run = excluded.run, running_until = excluded.running_until
		where a.request = excluded.request and a.running_until < now()
		returning xmax <> 0`, r.id, r.request, r.run, r.route.Timeout+runMargin).Scan(&again)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, false, nil
	}
	return err == nil, again, err
}

// recall finds the answer of an earlier run; found is false when that has just been given up.
func (s *server) recall(ctx context.Context, r *repeatable) (found bool, reply api.Reply, err error) {
	var request string
	var running bool
	var sealed []byte
	err = s.DB.QueryRow(ctx, `select request, running_until is not null, answer from vault.answers where id = $1`, r.id).
		Scan(&request, &running, &sealed)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, reply, nil
	case err != nil:
		return false, reply, fmt.Errorf("idempotency key: %w", err)
	case request != r.request:
		return false, reply, fault.New(fault.KeyReused, "this Idempotency-Key was used for another request: send each command with a new one")
	case running:
		return false, reply, fault.New(fault.Conflict, "the first request with this Idempotency-Key still runs: send it again in a moment").After(runAgain)
	case sealed == nil:
		return false, reply, fault.New(fault.Conflict, "this was done already, and its answer is told once only: look at what it has made, or send it with a new Idempotency-Key")
	}
	text, err := r.seal.Open(nil, nil, sealed, []byte(r.id))
	if err != nil {
		return false, reply, fmt.Errorf("kept answer: %w", err)
	}
	var kept outcome
	if err := json.Unmarshal(text, &kept); err != nil {
		return false, reply, fmt.Errorf("kept answer: %w", err)
	}
	reply = api.Reply{Body: kept.Body, Position: kept.Position, Version: kept.Version}
	if kept.Fault != nil {
		return true, reply, kept.Fault
	}
	return true, reply, nil
}

// final are the refusals that are an answer for good. All others say to try again.
var final = map[fault.Code]bool{
	fault.Invalid: true, fault.NotFound: true, fault.Conflict: true, fault.Precondition: true, fault.TooLarge: true,
}

// keep stores how the run ended, unless another one has taken its place.
func (s *server) keep(ctx context.Context, r *repeatable, reply api.Reply, failed error) error {
	kept := outcome{Body: reply.Body, Position: reply.Position, Version: reply.Version}
	if failed != nil && (!errors.As(failed, &kept.Fault) || !final[kept.Fault.Code] || r.route.Secret) {
		_, err := s.DB.Exec(ctx, `update vault.answers set running_until = '-infinity' where id = $1 and run = $2`, r.id, r.run)
		return err
	}
	var sealed []byte
	if !r.route.Secret && reply.Session == nil {
		text, err := json.Marshal(kept)
		if err != nil {
			return err
		}
		sealed = r.seal.Seal(nil, nil, text, []byte(r.id))
	}
	_, err := s.DB.Exec(ctx, `update vault.answers set running_until = null, answer = $3 where id = $1 and run = $2`, r.id, r.run, sealed)
	return err
}
