package es

import (
	"context"
	"reflect"
)

// Document makes live documents from the tables of a projection: One and Each declare it. A handler
// says with Tx.Touch that one has changed; the kit publishes it after the commit.
type Document struct {
	// Topic is the first part of what browsers subscribe to: "stream" for "stream/01J…".
	Topic string
	// ByID is true when there is one for each id, and false for an owner's only one.
	ByID bool
	// Value is the type of the value.
	Value reflect.Type
	// Load reads the value for one owner and one id. A nil value says that it is gone.
	Load func(ctx context.Context, q Querier, owner, id string) (any, error)
}

// One declares the live document of which every owner has one: its topic is the whole topic. While
// load answers pgx.ErrNoRows there is none.
func One[T any](topic string, load func(ctx context.Context, q Querier, owner string) (T, error)) Document {
	return document(topic, false, func(ctx context.Context, q Querier, owner, _ string) (T, error) { return load(ctx, q, owner) })
}

// Each declares the live documents of things with an id: "stream" is that of "stream/01J…". When load
// answers pgx.ErrNoRows the thing is gone.
func Each[T any](topic string, load func(ctx context.Context, q Querier, owner, id string) (T, error)) Document {
	return document(topic, true, load)
}

func document[T any](topic string, byID bool, load func(ctx context.Context, q Querier, owner, id string) (T, error)) Document {
	return Document{
		Topic: topic, ByID: byID, Value: reflect.TypeFor[T](),
		Load: func(ctx context.Context, q Querier, owner, id string) (any, error) {
			value, err := load(ctx, q, owner, id)
			if err != nil {
				return nil, err
			}
			return value, nil
		},
	}
}
