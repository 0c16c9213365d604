package templates

import (
	"fmt"
	"reflect"
)

// sizeOf measures a value as a tree, in bytes plus one per element: a value
// reached twice counts twice, because printing it would. It stops with an
// error past the budget's Output or Depth, which also ends cycles.
func (m *meter) sizeOf(v any) (int, error) {
	s := sizer{limit: m.budget.Output, depth: m.budget.Depth}
	err := s.add(v, 0)
	m.extra.Work += visitCost * s.visited
	if err != nil {
		return 0, err
	}
	return s.total, nil
}

// visitCost is charged to the totals for each element that is measured: to walk
// a map of many small values takes longer than its bytes say.
const visitCost = 8

type sizer struct{ total, visited, limit, depth int }

func (s *sizer) charge(n, depth int) error {
	s.visited++
	if s.total += n; s.total > s.limit {
		return fmt.Errorf("%w: a value of more than %d bytes", ErrBudget, s.limit)
	}
	if depth > s.depth {
		return fmt.Errorf("%w: a value nested more than %d deep", ErrBudget, s.depth)
	}
	return nil
}

func (s *sizer) add(v any, depth int) error {
	switch v := v.(type) {
	case nil, bool, int, int64, float64:
		return s.charge(1, depth)
	case string:
		return s.charge(1+len(v), depth)
	case map[string]any:
		return addMap(s, v, depth)
	case map[string]string:
		if err := s.charge(1, depth); err != nil {
			return err
		}
		for k, text := range v {
			if err := s.charge(2+len(k)+len(text), depth+1); err != nil {
				return err
			}
		}
		return nil
	case []any:
		return addSlice(s, v, depth)
	case []string:
		if err := s.charge(1, depth); err != nil {
			return err
		}
		for _, text := range v {
			if err := s.charge(1+len(text), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return s.addReflect(reflect.ValueOf(v), depth)
}

func addMap[V any](s *sizer, m map[string]V, depth int) error {
	if err := s.charge(1, depth); err != nil {
		return err
	}
	for k, v := range m {
		if err := s.charge(1+len(k), depth); err != nil {
			return err
		}
		if err := s.add(v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func addSlice[V any](s *sizer, l []V, depth int) error {
	if err := s.charge(1, depth); err != nil {
		return err
	}
	for _, v := range l {
		if err := s.add(v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *sizer) addReflect(v reflect.Value, depth int) error {
	if err := s.charge(1, depth); err != nil {
		return err
	}
	switch v.Kind() {
	case reflect.String:
		return s.charge(v.Len(), depth)
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if err := s.add(it.Key().Interface(), depth+1); err != nil {
				return err
			}
			if err := s.add(it.Value().Interface(), depth+1); err != nil {
				return err
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := s.add(v.Index(i).Interface(), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
