VACUUM FULL "OrderItem";
