package api

import (
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/pkg/es"
)

// Signal is something that is told to whoever listens at the moment, on core NATS: nothing keeps it,
// and it may be lost. What must not be lost is an event. T is what is told, as JSON.
type Signal[T any] string

// Tell tells a value. While the connection is away it does nothing: what is told later would be old.
func (s Signal[T]) Tell(conn *es.Conn, value T) error {
	if !conn.NATS().IsConnected() {
		return nil
	}
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("telling %s: %w", s, err)
	}
	if err := conn.NATS().Publish(string(s), body); err != nil {
		return fmt.Errorf("telling %s: %w", s, err)
	}
	return nil
}

// Hear calls f with everything that is told from now on, one after the other, until stop is called.
func (s Signal[T]) Hear(conn *es.Conn, f func(T)) (stop func(), err error) {
	sub, err := conn.NATS().Subscribe(string(s), func(msg *nats.Msg) {
		var value T
		if json.Unmarshal(msg.Data, &value) == nil { // nobody else tells this
			f(value)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("hearing %s: %w", s, err)
	}
	return func() { _ = sub.Unsubscribe() }, nil
}
